// Quoting. Private to tocsin/resource.
#include <tocsin/resource/json_text.h>

namespace tocsin::resource {

// Bytes that are not ASCII are written as the characters of Latin-1, so that the text is valid
// whatever a path or a command line is made of.
void JsonText::value(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    separate();
    text_.push_back('"');
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            text_.push_back('\\');
            text_.push_back(character);
        } else if (byte < 0x20 || byte >= 0x7f) {
            text_.append("\\u00").push_back(digits[byte / 16U]);
            text_.push_back(digits[byte % 16U]);
        } else {
            text_.push_back(character);
        }
    }
    text_.push_back('"');
}

}  // namespace tocsin::resource
