// Writing JSON piece by piece. Private to tocsin/resource.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace tocsin::resource {

// A text that grows; the caller opens and closes what has to be.
class JsonText {
public:
    void open(char bracket) {
        separate();
        text_.push_back(bracket);
        fresh_ = true;
    }
    void close(char bracket) {
        text_.push_back(bracket);
        fresh_ = false;
    }
    void key(std::string_view name) {
        value(name);
        text_.push_back(':');
        fresh_ = true;
    }
    void value(std::string_view text);
    void value(std::integral auto number) {
        separate();
        text_.append(std::to_string(number));
    }
    void member(std::string_view name, const auto& content) {
        key(name);
        value(content);
    }

    // Appends a value that was written before.
    void value(const JsonText& written) {
        separate();
        text_.append(written.text_);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void separate() {
        if (!fresh_) {
            text_.push_back(',');
        }
        fresh_ = false;
    }

    std::string text_;
    bool fresh_ = true;  // nothing stands before the next value in its brackets
};

}  // namespace tocsin::resource
