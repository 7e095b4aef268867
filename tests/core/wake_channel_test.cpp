// The three media of a wake channel, and when each is taken.
#include <tocsin/core/wake_channel.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <set>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <vector>

#include <tests/core/forked.h>
#include <tests/core/full_channel.h>
#include <tests/core/hidden_call.h>
#include <tests/core/open_descriptors.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {
namespace {

// Takes away what is preferred to `medium`, in a child. The kernel may refuse it all the same, when
// this whole test runs where that is hidden, too.
bool leave_only(WakeMedium medium, int error) {
    return (medium == WakeMedium::eventfd || hide_call(SYS_eventfd2, error)) &&
           (medium != WakeMedium::pipe || hide_call(SYS_socketpair, error));
}

// Runs `body(channel)` in a child on a channel that works by `medium`, or by the next one where
// that is hidden from this whole test.
template <typename Body>
int on_channel(WakeMedium medium, Body body) {
    return in_child([medium, &body] {
        WakeChannel channel;
        if (!leave_only(medium, ENOSYS) || channel.open() || channel.medium() < medium) {
            return false;
        }
        return body(channel);
    });
}

class WakeChannelBy : public testing::TestWithParam<WakeMedium> {};

std::string name_of(const testing::TestParamInfo<WakeMedium>& info) {
    return info.param == WakeMedium::eventfd       ? "eventfd"
           : info.param == WakeMedium::socket_pair ? "socket_pair"
                                                   : "pipe";
}
INSTANTIATE_TEST_SUITE_P(Medium, WakeChannelBy,
                         testing::Values(WakeMedium::eventfd, WakeMedium::socket_pair,
                                         WakeMedium::pipe),
                         name_of);

bool readable(const WakeChannel& channel) {
    pollfd entry{.fd = channel.reading_descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 0) == 1;
}

TEST_P(WakeChannelBy, counts_its_posts) {
    EXPECT_EQ(on_channel(GetParam(),
                         [](WakeChannel& channel) {
                             if (readable(channel) || channel.drain() != 0) {
                                 return false;
                             }
                             for (int post = 0; post < 100; ++post) {
                                 channel.post();
                             }
                             return readable(channel) && channel.drain() == 100 &&
                                    !readable(channel) && channel.drain() == 0;
                         }),
              0);
}

TEST_P(WakeChannelBy, neither_end_blocks_and_neither_is_inherited_by_a_program) {
    EXPECT_EQ(on_channel(GetParam(),
                         [](WakeChannel& channel) {
                             for (const int end :
                                  {channel.reading_descriptor(), channel.posting_descriptor()}) {
                                 if ((::fcntl(end, F_GETFL) & O_NONBLOCK) == 0 ||
                                     (::fcntl(end, F_GETFD) & FD_CLOEXEC) == 0) {
                                     return false;
                                 }
                             }
                             return true;
                         }),
              0);
}

TEST_P(WakeChannelBy, a_full_one_takes_posts_without_blocking_or_touching_errno) {
    EXPECT_EQ(on_channel(GetParam(),
                         [](WakeChannel& channel) {
                             fill(channel.posting_descriptor());
                             errno = EDOM;
                             channel.post();
                             return errno == EDOM && readable(channel) && channel.drain() > 0 &&
                                    !readable(channel);
                         }),
              0);
}

TEST_P(WakeChannelBy, the_medium_of_a_duplicate_is_found_out) {
    EXPECT_EQ(on_channel(GetParam(),
                         [](WakeChannel& channel) {
                             const base::Descriptor copy{
                                 ::fcntl(channel.posting_descriptor(), F_DUPFD_CLOEXEC, 0)};
                             post_to(copy.number(), medium_of(copy.number()));
                             return medium_of(copy.number()) == channel.medium() &&
                                    channel.drain() == 1;
                         }),
              0);
}

TEST_P(WakeChannelBy, a_post_to_a_reader_that_is_gone_harms_nobody) {
    EXPECT_EQ(on_channel(GetParam(),
                         [](WakeChannel& channel) {
                             const base::Descriptor poster{
                                 ::fcntl(channel.posting_descriptor(), F_DUPFD_CLOEXEC, 0)};
                             const WakeMedium medium = channel.medium();
                             channel.close();
                             errno = EDOM;
                             for (int post = 0; post < 300'000; ++post) {
                                 post_to(poster.number(), medium);
                             }
                             return errno == EDOM && !channel.is_open();
                         }),
              0);
}

TEST_P(WakeChannelBy, a_loop_that_it_wakes_works) {
    EXPECT_EQ(in_child([] {
                  if (!leave_only(GetParam(), EPERM)) {
                      return false;
                  }
                  Loop loop;
                  int delivered = 0;
                  Event event{loop, base::Callback<>{[&delivered] { ++delivered; }}};
                  for (int round = 0; round < 100; ++round) {
                      std::jthread poster{[&event] { event.post(); }};
                      while (delivered <= round) {
                          loop.turn(Wait::yes);
                      }
                  }
                  return delivered == 100;
              }),
              0);
}

TEST(WakeChannel, every_way_to_refuse_an_eventfd_leads_to_another_medium) {
    for (const int refusal : {ENOSYS, EPERM, EINVAL, EACCES}) {
        EXPECT_EQ(in_child([refusal] {
                      WakeChannel channel;
                      return leave_only(WakeMedium::socket_pair, refusal) && !channel.open() &&
                             channel.medium() != WakeMedium::eventfd;
                  }),
                  0);
        EXPECT_EQ(in_child([refusal] {
                      WakeChannel channel;
                      return leave_only(WakeMedium::pipe, refusal) && !channel.open() &&
                             channel.medium() == WakeMedium::pipe;
                  }),
                  0);
    }
}

TEST(WakeChannel, running_out_is_an_error_and_leaves_it_closed) {
    for (const WakeMedium medium :
         {WakeMedium::eventfd, WakeMedium::socket_pair, WakeMedium::pipe}) {
        EXPECT_EQ(in_child([medium] {
                      if (!leave_only(medium, ENOSYS)) {
                          return false;
                      }
                      WakeChannel channel;
                      const FewDescriptors none{0};
                      return channel.open() == std::errc::too_many_files_open &&
                             !channel.is_open() && channel.posting_descriptor() == -1;
                  }),
                  0);
    }
}

// With two descriptors left there is a pipe, but none whose posters are safe from SIGPIPE.
TEST(WakeChannel, a_pipe_is_made_whole_or_not_at_all) {
    EXPECT_EQ(in_child([] {
                  const std::set<int> before = open_descriptors();
                  if (!leave_only(WakeMedium::pipe, ENOSYS)) {
                      return false;
                  }
                  WakeChannel channel;
                  const auto open_with_two_left = [&channel] {
                      const FewDescriptors few{2};
                      return channel.open();
                  };
                  if (open_with_two_left()) {
                      return !channel.is_open() && open_descriptors() == before;
                  }
                  const base::Descriptor poster{
                      ::fcntl(channel.posting_descriptor(), F_DUPFD_CLOEXEC, 0)};
                  channel.close();
                  post_to(poster.number(), WakeMedium::pipe);
                  return true;
              }),
              0);
}

// A process that posts without end must not keep the reader at it for ever. A pipe that holds more
// than any other stands for that.
TEST(WakeChannel, what_is_taken_at_once_is_bounded_and_the_rest_stays_readable) {
    EXPECT_EQ(in_child([] {
                  WakeChannel channel;
                  if (!leave_only(WakeMedium::pipe, ENOSYS) || channel.open() ||
                      ::fcntl(channel.posting_descriptor(), F_SETPIPE_SZ, 1 << 20) != 1 << 20) {
                      return false;
                  }
                  const std::vector<char> posts(std::size_t{1} << 20U, 'p');
                  if (::write(channel.posting_descriptor(), posts.data(), posts.size()) !=
                      static_cast<ssize_t>(posts.size())) {
                      return false;
                  }
                  std::size_t taken = channel.drain();
                  bool fine = taken >= 65'536 && taken < posts.size() / 4;
                  while (readable(channel) && fine) {
                      const std::size_t more = channel.drain();
                      fine = more > 0;
                      taken += more;
                  }
                  return fine && taken == posts.size();
              }),
              0);
}

TEST(WakeChannel, a_closed_one_can_be_opened_again) {
    const std::set<int> before = open_descriptors();
    WakeChannel channel;
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(channel.is_open());
        ASSERT_FALSE(channel.open());
        channel.post();
        EXPECT_EQ(channel.drain(), 1U);
        channel.close();
    }
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace tocsin::core
