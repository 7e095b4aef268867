// Fuzz target: any stream of bytes through the ring of records to readers that lag. Private to
// fuzz.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tocsin/cli/record_reader.h>
#include <tocsin/cli/record_ring.h>

namespace {

using tocsin::cli::Found;
using tocsin::cli::OnFull;
using tocsin::cli::RecordReader;
using tocsin::cli::RecordRing;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

class Bytes {
public:
    explicit Bytes(std::string_view text) : text_{text} {}
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] unsigned next() {
        const unsigned byte = text_.empty() ? 0U : static_cast<unsigned char>(text_.front());
        text_.remove_prefix(text_.empty() ? 0 : 1);
        return byte;
    }
    [[nodiscard]] std::string_view take(std::size_t size) {
        const std::string_view taken = text_.substr(0, size);
        text_.remove_prefix(taken.size());
        return taken;
    }

private:
    std::string_view text_;
};

// A reader, what it was given, and whether it has been told of a loss.
struct Client {
    explicit Client(RecordRing& ring) : reader{ring} {}
    RecordReader reader;
    std::string given;
    bool told_of_loss = false;
};

class Machine {
public:
    Machine(std::size_t capacity, OnFull on_full) : ring_{capacity, on_full} {}

    void append(std::string_view piece) {
        const std::size_t taken = ring_.append(piece);
        require(taken <= piece.size());
        require(ring_.on_full() == OnFull::wait || taken == piece.size());
        input_.append(piece.substr(0, taken));
    }

    void join() {
        if (clients_.size() < 4) {
            clients_.push_back(std::make_unique<Client>(ring_));
        }
    }

    void leave(std::size_t index) {
        if (index < clients_.size()) {
            clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(index));
        }
    }

    bool read(std::size_t index, std::size_t size) {
        if (index >= clients_.size()) {
            return false;
        }
        Client& client = *clients_[index];
        std::array<char, 256> space{};
        const RecordReader::Answer answer =
            client.reader.read({space.data(), std::clamp<std::size_t>(size, 1, space.size())});
        client.told_of_loss = client.told_of_loss || answer.found == Found::loss;
        client.given.append(space.data(), answer.size);
        require(answer.found == Found::records || answer.size == 0);
        return answer.found == Found::records || answer.found == Found::loss;
    }

    // After the end everybody drains; nobody may be left waiting, and what a reader got without
    // being told of a loss is one piece of the input.
    void finish() {
        ring_.end();
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            while (read(index, 256)) {
            }
            Client& client = *clients_[index];
            require(client.reader.told_end());
            require(ring_.on_full() == OnFull::drop_oldest || !client.told_of_loss);
            require(client.told_of_loss || ring_.records_refused() > 0 ||
                    input_.find(client.given) != std::string::npos);
        }
        require(ring_.records_dropped() <= ring_.records_published());
        clients_.clear();
    }

    void end() { ring_.end(); }
    [[nodiscard]] bool ended() const { return ring_.ended(); }

private:
    RecordRing ring_;
    std::string input_;
    std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes{{reinterpret_cast<const char*>(data), size}};
    const std::size_t capacity = 1 + bytes.next();
    Machine machine{capacity, bytes.next() % 2 == 0 ? OnFull::drop_oldest : OnFull::wait};
    while (!bytes.empty()) {
        const unsigned step = bytes.next();
        switch (step % 8) {
        case 0:
            machine.join();
            break;
        case 1:
            machine.leave(step / 8 % 4);
            break;
        case 2:
        case 3:
            machine.read(step / 8 % 4, bytes.next());
            break;
        default:
            machine.append(bytes.take(step / 8));
            break;
        }
    }
    machine.finish();
    return 0;
}
