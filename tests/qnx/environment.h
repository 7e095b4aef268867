// A variable of the environment while a test runs. For tests.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>

namespace tocsin::qnx {

class Variable {
public:
    Variable(std::string name, const std::string& value) : name_{std::move(name)} {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const std::string name_;
};

}  // namespace tocsin::qnx
