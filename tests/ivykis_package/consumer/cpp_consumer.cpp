// Uses the installed libivykis as a stranger would, in C++: all its headers are included, a pipe is
// read, and a child is waited for.
#include <iv.h>
#include <iv_avl.h>
#include <iv_event.h>
#include <iv_event_raw.h>
#include <iv_fd_pump.h>
#include <iv_inotify.h>
#include <iv_list.h>
#include <iv_popen.h>
#include <iv_signal.h>
#include <iv_thread.h>
#include <iv_tls.h>
#include <iv_wait.h>
#include <iv_work.h>

#include <cstdio>
#include <cstring>
#include <string>

namespace {

struct Listener {
    iv_popen_request request{};
    iv_fd pipe{};
    std::string heard;

    Listener(const char* program, char** arguments) {
        static char mode[] = "r";
        IV_POPEN_REQUEST_INIT(&request);
        request.file = const_cast<char*>(program);
        request.argv = arguments;
        request.type = mode;
        IV_FD_INIT(&pipe);
        pipe.fd = iv_popen_request_submit(&request);
        pipe.cookie = this;
        pipe.handler_in = [](void* cookie) { static_cast<Listener*>(cookie)->hear(); };
        iv_fd_register(&pipe);
    }

    void hear() {
        char bytes[64];
        const ssize_t count = read(pipe.fd, bytes, sizeof bytes);
        if (count > 0) {
            heard.append(bytes, static_cast<std::size_t>(count));
            return;
        }
        iv_fd_unregister(&pipe);
        close(pipe.fd);
        iv_popen_request_close(&request);
    }
};

}  // namespace

int main() {
    iv_init();
    char name[] = "echo";
    char word[] = "ding";
    char* arguments[] = {name, word, nullptr};
    Listener listener{"echo", arguments};
    iv_main();
    iv_deinit();
    std::printf("heard %s", listener.heard.c_str());
    return listener.heard == "ding\n" ? 0 : 1;
}
