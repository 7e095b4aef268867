// The memory that users of iv_tls have in each thread. Private to tocsin/ivykis.
#pragma once

#include <iv_tls.h>

namespace tocsin::ivykis {

// What one thread with a loop holds for those users: a zeroed piece for each, at an address that
// stays. One thread, and its signal handlers, which may ask for pieces that are there.
class TlsAreas {
public:
    TlsAreas() noexcept = default;
    ~TlsAreas();
    TlsAreas(const TlsAreas&) = delete;
    TlsAreas& operator=(const TlsAreas&) = delete;

    // Makes a piece for every user there is, and calls the init hooks in order of registration.
    void begin();

    // Calls the deinit hooks of those whose init hooks were called, in the same order.
    void end();

    // The piece of `user`, made now if the user has registered after this thread began.
    [[nodiscard]] void* piece_of(iv_tls_user& user);

private:
    struct Piece;

    Piece& make(iv_tls_user& user);
    static void begin_piece(Piece& piece);

    Piece* first_ = nullptr;
    Piece* last_ = nullptr;
};

}  // namespace tocsin::ivykis
