// Promises about the headers, kept by the compilers of this machine. For tests/ivykis.
//
// The folder of the headers is named by the environment variable IVYKIS_HEADERS; without it, they
// are those that the compiler finds.
#include "promise.h"

#include "loop_time.h"

static const char* const headers[] = {
    "iv.h",      "iv_avl.h",   "iv_event.h",  "iv_event_raw.h", "iv_fd_pump.h",
    "iv_list.h", "iv_popen.h", "iv_signal.h", "iv_thread.h",    "iv_inotify.h",
    "iv_tls.h",  "iv_wait.h",  "iv_work.h"};
enum { headers_count = sizeof headers / sizeof *headers };

static FILE* compiler;

// Starts a compiler, which reads from `compiler`.
static void start(const char* command, const char* language) {
    char line[1000];
    const char* folder = getenv("IVYKIS_HEADERS");

    snprintf(line, sizeof line, "%s -x %s -fsyntax-only -Wall -Wextra -Werror %s%s -", command,
             language, folder == NULL ? "" : "-I ", folder == NULL ? "" : folder);
    compiler = popen(line, "w");
    KEEP(compiler != NULL);
}

static int compiles(void) {
    return pclose(compiler) == 0;
}

static void include(const char* header) {
    fprintf(compiler, "#include <%s>\n", header);
}

// What programs take from these headers without including anything else for it.
PROMISE(headers_bring_what_programs_of_ivykis_take_from_them) {
    start("cc -std=gnu99", "c");
    include("iv.h");
    include("iv_signal.h");
    include("iv_wait.h");
    include("iv_inotify.h");
    fputs("int main(void) { struct timespec t = iv_now; struct timeval v; struct rusage r;\n"
          "  struct inotify_event e; char b[1]; uint32_t mask = IN_CREATE; sigset_t s;\n"
          "  (void)t; (void)v; (void)r; (void)e; (void)mask; sigemptyset(&s);\n"
          "  if (read(0, b, 1) < 0 && errno == EAGAIN) raise(SIGINT);\n"
          "  alarm(1); close(0); return socket(AF_UNIX, SOCK_STREAM, 0) + WNOHANG; }\n",
          compiler);
    KEEP(compiles());
}

// syslog-ng includes them so, because stock cannot be included from C++ otherwise (L16).
PROMISE(headers_work_in_cpp_wrapped_as_syslog_ng_does) {
    start("c++ -std=c++17 -Wno-unused-parameter", "c++");
    fputs("#include <cstddef>\n#include <cstdint>\n"
          "#define this this_\nextern \"C\" {\n#include <stdlib.h>\n",
          compiler);
    for (int index = 0; index < headers_count; index++) {
        include(headers[index]);
    }
    fputs("}\n#undef this\n"
          "iv_work_item item; iv_fd fd; iv_signal interest;\n"
          "int main() { IV_FD_INIT(&fd); IV_WORK_ITEM_INIT(&item); IV_SIGNAL_INIT(&interest); }\n",
          compiler);
    KEEP(compiles());
}

static void each_compiles_alone(const char* command, const char* language) {
    for (int index = 0; index < headers_count; index++) {
        start(command, language);
        include(headers[index]);
        include(headers[index]);
        if (!compiles()) {
            fprintf(stderr, "%s does not compile alone by %s\n", headers[index], command);
            promise_broken(__FILE__, __LINE__, "the header compiles");
        }
    }
}

// L16: iv_list.h, iv_avl.h, iv_tls.h and iv_wait.h of stock need others before them.
BETTER(each_header_compiles_alone_in_c) {
    each_compiles_alone("cc -std=gnu11 -pedantic", "c");
}

// L16: most headers of stock name a parameter `this`.
BETTER(each_header_compiles_alone_in_cpp) {
    each_compiles_alone("c++ -std=c++11 -pedantic", "c++");
    each_compiles_alone("c++ -std=c++20 -pedantic", "c++");
}

// L16: iv_container_of of stock needs the GNU dialect, and so do prototypes in strict programs.
BETTER(headers_serve_strict_programs) {
    start("cc -std=c11 -D_GNU_SOURCE -Wstrict-prototypes", "c");
    for (int index = 0; index < headers_count; index++) {
        include(headers[index]);
    }
    fputs("struct it { int value; struct iv_list_head link; };\n"
          "int main(void) { struct it it = {0};\n"
          "  return iv_container_of(&it.link, struct it, link)->value; }\n",
          compiler);
    KEEP(compiles());
}
