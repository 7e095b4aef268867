// What was written to a device and nobody has read yet. For the sample in C++.
#pragma once

#include <deque>
#include <string>

class Items {
public:
    bool full() const;
    void add(const std::string& item);
    // The oldest one; "" where there is none.
    std::string take();
    int count() const;

private:
    std::deque<std::string> items_;
};
