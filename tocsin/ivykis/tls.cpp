// Thread-local memory with hooks: iv_tls(3). Private to tocsin/ivykis.
#include <tocsin/ivykis/tls.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

#include <iv.h>

#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace tocsin::ivykis {

namespace {

// Users register from constructors, which may run before any of ours: so this is there from the
// start. The list only ever grows, at its end, and needs no lock: one that another thread holds at
// a fork would never be free again in the child.
constinit iv_list_head* first_link = nullptr;

iv_tls_user* user_of(iv_list_head* list) {
    if (list == nullptr) {
        return nullptr;
    }
    return reinterpret_cast<iv_tls_user*>(reinterpret_cast<char*>(list) -
                                          offsetof(iv_tls_user, list));
}

// A registered user is linked forward only, and has a state_offset that is not zero, by which it is
// known to be registered.
std::atomic_ref<iv_list_head*> link_after(iv_tls_user* user) {
    return std::atomic_ref{user == nullptr ? first_link : user->list.next};
}

iv_tls_user* user_after(iv_tls_user* user) {
    return user_of(link_after(user).load(std::memory_order_acquire));
}

void add_user(iv_tls_user& user) {
    user.list.next = nullptr;
    user.state_offset = 1;
    iv_tls_user* last = nullptr;
    iv_list_head* next = nullptr;
    while (!link_after(last).compare_exchange_strong(next, &user.list, std::memory_order_release,
                                                     std::memory_order_acquire)) {
        last = user_of(std::exchange(next, nullptr));
    }
}

}  // namespace

struct alignas(16) TlsAreas::Piece {
    iv_tls_user* user;
    Piece* next;
    bool begun;  // its init hook has been called

    [[nodiscard]] void* state() noexcept { return this + 1; }
};

TlsAreas::~TlsAreas() {
    while (first_ != nullptr) {
        Piece* const piece = first_;
        first_ = piece->next;
        std::free(piece);
    }
}

TlsAreas::Piece& TlsAreas::make(iv_tls_user& user) {
    void* const memory = std::calloc(1, sizeof(Piece) + user.sizeof_state);
    require(memory != nullptr, "iv_tls: there is no memory for the state of a user");
    auto* const piece = ::new (memory) Piece{.user = &user, .next = nullptr, .begun = false};
    (first_ == nullptr ? first_ : last_->next) = piece;
    last_ = piece;
    return *piece;
}

void TlsAreas::begin_piece(Piece& piece) {
    piece.begun = true;
    if (piece.user->init_thread != nullptr) {
        piece.user->init_thread(piece.state());
    }
}

// All memory is there before the first hook is called, which may ask for that of others.
void TlsAreas::begin() {
    for (iv_tls_user* user = user_after(nullptr); user != nullptr; user = user_after(user)) {
        make(*user);
    }
    for (Piece* piece = first_; piece != nullptr; piece = piece->next) {
        if (!piece->begun) {
            begin_piece(*piece);
        }
    }
}

void TlsAreas::end() {
    for (Piece* piece = first_; piece != nullptr; piece = piece->next) {
        if (piece->begun && piece->user->deinit_thread != nullptr) {
            piece->user->deinit_thread(piece->state());
        }
    }
}

void* TlsAreas::piece_of(iv_tls_user& user) {
    Piece* piece = first_;
    while (piece != nullptr && piece->user != &user) {
        piece = piece->next;
    }
    if (piece == nullptr) {
        piece = &make(user);
        begin_piece(*piece);
    }
    return piece->state();
}

}  // namespace tocsin::ivykis

void iv_tls_user_register(iv_tls_user* user) {
    tocsin::ivykis::add_user(*user);
    if (tocsin::ivykis::ThreadLoop* const loop = tocsin::ivykis::ThreadLoop::current()) {
        static_cast<void>(loop->tls().piece_of(*user));
    }
}

void* iv_tls_user_ptr(const iv_tls_user* user) {
    tocsin::ivykis::ThreadLoop* const loop = tocsin::ivykis::ThreadLoop::current();
    if (loop == nullptr) {
        return nullptr;
    }
    tocsin::ivykis::require(user->state_offset != 0, "iv_tls_user_ptr: the user is not registered");
    return loop->tls().piece_of(const_cast<iv_tls_user&>(*user));
}
