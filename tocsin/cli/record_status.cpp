// The state of records as JSON. Private to tocsin/cli.
#include <tocsin/cli/record_status.h>

#include <nlohmann/json.hpp>

namespace tocsin::cli {

namespace {

std::string print(const nlohmann::json& document) {
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

nlohmann::json describe(Publication& publication, std::uint64_t threshold) {
    RecordRing& ring = publication.ring();
    return {
        {"input", publication.input_state()},
        {"bytes_taken", publication.bytes_taken()},
        {"ring_bytes", ring.capacity()},
        {"lossless", ring.on_full() == OnFull::wait},
        {"threshold", threshold},
        {"published", ring.records_published()},
        {"dropped", ring.records_dropped()},
        {"refused", ring.records_refused()},
        {"lost", ring.records_lost()},
        {"readers", ring.reader_count()},
    };
}

nlohmann::json describe(RecordReader& reader, std::uint64_t id) {
    return {
        {"id", id},
        {"waiting", reader.records_waiting()},
        {"read", reader.records_read()},
        {"lost", reader.records_lost()},
        {"told_end", reader.told_end()},
    };
}

std::string print_bounded(nlohmann::json document, const char* list, std::size_t size_max) {
    const std::string omitted = std::string{list} + "_omitted";
    document[omitted] = 0;
    std::string text = print(document);
    while (text.size() > size_max && !document[list].empty()) {
        // The share that is too long goes at once, so that few rounds are needed.
        nlohmann::json& elements = document[list];
        const std::size_t keep = elements.size() * size_max / text.size();
        document[omitted] = document[omitted].get<std::size_t>() + elements.size() - keep;
        elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(keep), elements.end());
        text = print(document);
    }
    return text;
}

}  // namespace tocsin::cli
