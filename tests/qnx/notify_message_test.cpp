// Shows what io_notify messages may ask, what is refused, and what replies and events carry.
#include <cerrno>
#include <cstring>
#include <poll.h>

#include <gtest/gtest.h>

#include <tests/qnx/notify_client.h>

#include <tocsin/qnx/notify_bits.h>

namespace tocsin::qnx {
namespace {

constexpr unsigned input = _NOTIFY_COND_INPUT;
constexpr unsigned exten = _NOTIFY_COND_EXTEN;
constexpr int done = _RESMGR_NPARTS(1);

class NotifyMessage : public testing::Test {
protected:
    // A message of the classic form.
    [[nodiscard]] static ::io_notify_t message(int action, unsigned flags) {
        ::io_notify_t message;
        std::memset(&message, 0xa5, sizeof message);  // what another client has left there
        message.i = {};
        message.i.type = _IO_NOTIFY;
        message.i.action = action;
        message.i.flags = static_cast<int>(flags);
        message.i.event.sigev_notify32 = SIGEV_PULSE & ~SIGEV_64BIT;
        message.i.event.sigev_code32 = SI_NOTIFY;
        return message;
    }

    Members<7> members;
    NotifyClient client;
};

TEST_F(NotifyMessage, one_that_is_cut_short_is_refused_at_every_byte_and_arms_nothing) {
    for (std::size_t size = 0; size < offsetof(struct ::_io_notify, mgr); ++size) {
        ::io_notify_t cut = message(_NOTIFY_ACTION_POLLARM, input);
        EXPECT_EQ(client.send(members, cut, size, 0).result, EBADMSG) << size;
    }
    for (std::size_t size = 0; size < sizeof(struct ::_io_notify); ++size) {
        ::io_notify_t cut = message(_NOTIFY_ACTION_POLLARM, input | exten);
        EXPECT_EQ(client.send(members, cut, size, 0).result, EBADMSG) << size;
    }
    for (std::size_t size = 0; size < sizeof(struct ::_io_notify64); ++size) {
        ::io_notify_t cut = message(_NOTIFY_ACTION_POLLARM, input);
        cut.i.type = _IO_NOTIFY64;
        EXPECT_EQ(client.send(members, cut, size, 0).result, EBADMSG) << size;
    }
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    EXPECT_TRUE(client.take().empty());
    EXPECT_EQ(members.array[0].list, nullptr);
}

TEST_F(NotifyMessage, an_action_that_is_none_is_refused) {
    for (const int action : {-1, 5, 7, 8, INT_MAX, INT_MIN}) {
        ::io_notify_t wrong = message(action, input);
        EXPECT_EQ(client.send(members, wrong, sizeof wrong.i, 0).result, EINVAL) << action;
    }
}

TEST_F(NotifyMessage, the_short_form_of_old_clients_is_understood) {
    ::io_notify_t old = message(_NOTIFY_ACTION_POLLARM, input);
    const std::size_t size = offsetof(struct ::_io_notify, mgr);
    EXPECT_EQ(client.send(members, old, size, 0).armed, 1);
    EXPECT_EQ(client.context()->iov[0].iov_len, size) << "nothing beyond what was sent comes back";
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    const auto events = client.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(SIGEV_GET_TYPE(&events[0]), SIGEV_PULSE);
    EXPECT_EQ(static_cast<unsigned>(events[0].sigev_value.sival_int), input);
}

TEST_F(NotifyMessage, the_value_keeps_the_clients_bits_beside_the_reason) {
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    const auto events = client.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(static_cast<unsigned>(events[0].sigev_value.sival_int), input | 0x42U);
    EXPECT_EQ(events[0].sigev_code, SI_NOTIFY);
}

TEST_F(NotifyMessage, any_other_code_gets_its_value_back_as_it_was) {
    SIGEV_PULSE_INT_INIT(&client.event, 9, 10, 5, 0x42);
    client.ask(members, _NOTIFY_ACTION_POLLARM, input, 0);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_INPUT);
    const auto events = client.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].sigev_value.sival_int, 0x42);
    EXPECT_EQ(events[0].sigev_code, 5);
}

TEST_F(NotifyMessage, an_extended_event_says_its_condition_in_the_code) {
    const unsigned asked = exten | _NOTIFY_CONDE_HUP;
    const unsigned met = exten;
    const Told told = client.ask(members, _NOTIFY_ACTION_POLLARM, asked, met, nullptr, 7);
    EXPECT_EQ(told.armed, 1);
    iofunc_notify_trigger(members, 1, IOFUNC_NOTIFY_HUP);
    const auto events = client.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].sigev_code, -static_cast<int>(_NOTIFY_CONDE_HUP));
    EXPECT_EQ(static_cast<unsigned>(events[0].sigev_value.sival_int), exten | 0x42U);
}

TEST_F(NotifyMessage, a_condition_beyond_the_array_is_told_and_not_armed) {
    const unsigned asked = exten | _NOTIFY_CONDE_HUP;
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_POLLARM, asked, exten, nullptr, 3).armed, 0);
    const unsigned met = exten | _NOTIFY_CONDE_HUP;
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_POLLARM, asked, met, nullptr, 3).flags, asked);
}

TEST_F(NotifyMessage, low_bits_without_exten_ask_nothing) {
    const Told told =
        client.ask(members, _NOTIFY_ACTION_POLLARM, _NOTIFY_CONDE_RDNORM, _NOTIFY_CONDE_RDNORM);
    EXPECT_EQ(told.flags, 0U);
    EXPECT_EQ(told.armed, 0);
}

TEST_F(NotifyMessage, a_classic_condition_and_its_extended_twin_are_one) {
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_POLL, input, _NOTIFY_CONDE_RDNORM).flags, input);
    EXPECT_EQ(client.ask(members, _NOTIFY_ACTION_POLL, exten | _NOTIFY_CONDE_RDNORM, input).flags,
              exten | _NOTIFY_CONDE_RDNORM);
}

TEST_F(NotifyMessage, what_was_not_asked_is_told_through_the_extra_mask) {
    ::io_notify_t asked = message(_NOTIFY_ACTION_POLLARM, exten | _NOTIFY_CONDE_RDNORM);
    asked.i.flags_extra_mask = static_cast<int>(IOFUNC_NOTIFY_UNMASKABLE);
    const unsigned met = _NOTIFY_CONDE_HUP | _NOTIFY_CONDE_WRNORM;
    const Told told = client.send(members, asked, sizeof asked.i, met);
    EXPECT_EQ(told.result, done);
    EXPECT_EQ(told.flags, exten | _NOTIFY_CONDE_HUP);
    EXPECT_EQ(told.armed, 0);
}

TEST_F(NotifyMessage, polls_of_linux_are_translated_bit_by_bit) {
    EXPECT_EQ(request_of_poll(POLLIN), exten | input | _NOTIFY_CONDE_RDNORM);
    EXPECT_EQ(request_of_poll(POLLOUT),
              exten | _NOTIFY_COND_OUTPUT | unsigned{_NOTIFY_CONDE_WRNORM});
    EXPECT_EQ(poll_of_reply(input), unsigned{POLLIN | POLLRDNORM});
    EXPECT_EQ(poll_of_reply(exten | _NOTIFY_CONDE_HUP), unsigned{POLLHUP});
    EXPECT_EQ(poll_of_reply(exten | _NOTIFY_CONDE_ERR), unsigned{POLLERR});
    EXPECT_EQ(poll_of_reply(exten | _NOTIFY_CONDE_NVAL), unsigned{POLLNVAL});
    EXPECT_EQ(poll_of_reply(0), 0U);
}

}  // namespace
}  // namespace tocsin::qnx
