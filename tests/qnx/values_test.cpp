// Shows that names have the numbers and layouts that QNX's have.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cstddef>
#include <devctl.h>

#include <gtest/gtest.h>

namespace tocsin::qnx {
namespace {

// A member where the messages of QNX have it.
#define EXPECT_AT(type, member, offset) EXPECT_EQ(offsetof(type, member), std::size_t{offset})

TEST(Values, an_io_notify_message_has_its_members_where_qnx_has_them) {
    using Notify = struct ::_io_notify;
    EXPECT_AT(Notify, action, 4);
    EXPECT_AT(Notify, flags, 8);
    EXPECT_AT(Notify, event, 12);
    EXPECT_AT(Notify, mgr, 28);
    EXPECT_AT(Notify, flags_extra_mask, 36);
    EXPECT_AT(Notify, flags_exten, 40);
    EXPECT_AT(Notify, nfds, 44);
    EXPECT_AT(Notify, fd_first, 48);
    EXPECT_AT(Notify, nfds_ready, 52);
    EXPECT_AT(Notify, timo, 56);
    EXPECT_EQ(sizeof(Notify), 64U);
    EXPECT_EQ(sizeof(struct ::_io_notify64), 96U);
    EXPECT_AT(struct ::_io_notify64, event64, 64);
    EXPECT_EQ(sizeof(struct ::_io_notify_reply), 64U);
    EXPECT_EQ(sizeof(struct ::_io_notify_reply64), 96U);
    EXPECT_AT(struct ::_io_notify_reply64, event64, 64);
}

TEST(Values, messages_and_events_have_the_sizes_of_qnx) {
    EXPECT_EQ(sizeof(::io_read_t), 16U);
    EXPECT_EQ(sizeof(::io_write_t), 16U);
    EXPECT_EQ(sizeof(::io_devctl_t), 16U);
    EXPECT_EQ(sizeof(struct ::__sigevent32), 16U);
    EXPECT_EQ(sizeof(struct ::__sigevent64), 32U);
    EXPECT_EQ(sizeof(struct ::sigevent), sizeof(struct ::__sigevent64));
    EXPECT_AT(struct ::_pulse, code, 4);
    EXPECT_AT(struct ::_pulse, value, 8);
}

TEST(Values, what_a_long_or_placed_call_says_beside_its_length_is_where_qnx_has_it) {
    EXPECT_AT(::io_read_t, i64.nbytes_hi, 12);
    EXPECT_EQ(sizeof(::io_write_t::i64), sizeof(::io_write_t::i));
    EXPECT_EQ(sizeof(struct ::_xtype_offset), 8U);
    EXPECT_AT(struct ::_xtype_readcond, timeout, 8);
    EXPECT_AT(::io_stat_t, i.format, 4);
}

TEST(Values, numbers_are_those_of_qnx) {
    EXPECT_EQ(_IO_NOTIFY, 0x105);
    EXPECT_EQ(_IO_DEVCTL, 0x106);
    EXPECT_EQ(_IO_CLOSE, 0x116);
    EXPECT_EQ(_IO_NOTIFY64, 0x120);
    EXPECT_EQ(_NOTIFY_COND_INPUT << IOFUNC_NOTIFY_OBAND, _NOTIFY_COND_OBAND);
    EXPECT_EQ(_NOTIFY_CONDE_HUP, 1U << IOFUNC_NOTIFY_HUP);
    EXPECT_EQ(_NOTIFY_CONDE_NVAL, 1U << IOFUNC_NOTIFY_NVAL);
    EXPECT_EQ(SIGEV_PULSE, 0x84);
    EXPECT_EQ(_RESMGR_NPARTS(1), -1);
    EXPECT_EQ(static_cast<unsigned>(_RESMGR_NOREPLY), 0x80000000U);
    EXPECT_EQ(static_cast<unsigned>(__DIOTF(_DCMD_MISC, 7, int)), 0xc0040507U);
    EXPECT_EQ(get_device_size(__DIOF(_DCMD_MISC, 7, long)), sizeof(long));
}

TEST(Values, an_event_is_set_up_and_asked_for_its_kind_by_macros) {
    struct ::sigevent event;
    SIGEV_PULSE_INT_INIT(&event, 5, SIGEV_PULSE_PRIO_INHERIT, SI_NOTIFY, 77);
    EXPECT_EQ(SIGEV_GET_TYPE(&event), SIGEV_PULSE);
    EXPECT_EQ(event.sigev_coid, 5);
    EXPECT_EQ(event.sigev_code, SI_NOTIFY);
    EXPECT_EQ(event.sigev_priority, SIGEV_PULSE_PRIO_INHERIT);
    EXPECT_EQ(event.sigev_value.sival_int, 77);
    const int notify = event.sigev_notify;
    SIGEV_MAKE_CRITICAL(&event);
    EXPECT_EQ(event.sigev_notify, notify) << "Linux has no critical threads";
    SIGEV_SET_TYPE(&event, SIGEV_NONE);
    EXPECT_EQ(SIGEV_GET_TYPE(&event), SIGEV_NONE);
    EXPECT_NE(event.sigev_notify & SIGEV_FLAG_SIVAL_INT, 0);
}

}  // namespace
}  // namespace tocsin::qnx
