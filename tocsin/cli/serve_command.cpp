// The options of `tocsin serve`. Private to tocsin/cli.
#include <tocsin/cli/command.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include <tocsin/cli/serve.h>
#include <tocsin/cli/values.h>

namespace tocsin::cli {

namespace {

constexpr const char* examples = R"(Examples:
  make 2>&1 | tocsin serve --lossless /tmp/build
      Publish what make says; it waits until all who read have read it.
  journalctl -f | tocsin serve --keep --ring 4M --mode 640 --owner root:adm /run/journal
      Publish a stream that never waits; a reader that falls behind is told by EPIPE.
  find / | tocsin serve --lossless --wait-readers 2 /tmp/names
      Begin when two readers are there, so that both see everything.
  tocsin serve --writable --keep /tmp/orders </dev/null >orders.log
      Collect the lines that others write to the path.
  dmesg -w | tocsin serve --socket /run/kernel.socket       and then: nc -U /run/kernel.socket
      The same on a Unix socket, which needs no FUSE.

End it with Ctrl-C or kill; the path is gone then. More: man tocsin-serve.
)";

// The options as they were typed.
struct Typed {
    ServeOptions options;
    std::string ring = "1M";
    std::string mode;
    std::string owner;
    std::string linger;
    std::uint64_t user_files = resource::UserLimits{}.open_files_max;
    std::uint64_t user_calls = resource::UserLimits{}.parked_max;
    bool lossless = false;
    bool cut = false;
};

void check_pairs(const Typed& typed) {
    if (typed.cut && typed.lossless) {
        throw Failure{Exit::usage, "--cut: with --lossless nobody loses records; leave one out"};
    }
    if (typed.options.publication.keep && !typed.linger.empty()) {
        throw Failure{Exit::usage, "--linger: with --keep it stays for ever; leave one out"};
    }
}

// What is beyond all bounds is none.
std::uint32_t limit_of(std::uint64_t typed) {
    return static_cast<std::uint32_t>(
        std::min(typed, std::uint64_t{resource::UserLimits::unlimited}));
}

Exit serve(const Typed& typed) {
    check_pairs(typed);
    ServeOptions options = typed.options;
    PublicationOptions& publication = options.publication;
    publication.ring_size = parse_size("--ring", typed.ring);
    publication.on_full = typed.lossless ? OnFull::wait : OnFull::drop_oldest;
    options.on_loss = typed.cut ? OnLoss::cut : OnLoss::line;
    if (!typed.linger.empty()) {
        publication.linger = parse_duration("--linger", typed.linger);
    }
    if (!typed.mode.empty()) {
        options.mode = parse_mode("--mode", typed.mode);
    }
    if (!typed.owner.empty()) {
        options.owner = parse_owner("--owner", typed.owner);
    }
    options.limits = {.open_files_max = limit_of(typed.user_files),
                      .parked_max = limit_of(typed.user_calls)};
    return Server{options}.run();
}

void add_content_options(Subcommand& command, Typed& typed) {
    command
        .option("--threshold", "N", typed.options.threshold,
                "poll(2) finds input from N records on (1)")
        .option("--ring", "SIZE", typed.ring,
                "how much is kept for readers: bytes, or 64K, 1M (1M)")
        .flag("--lossless", typed.lossless,
              "drop nothing: the input waits for the slowest reader instead")
        .flag("--cut", typed.cut,
              "on the socket: end the connection of a client that has lost records, instead of "
              "sending it a line that says so");
}

void add_ending_options(Subcommand& command, Typed& typed) {
    PublicationOptions& publication = typed.options.publication;
    command
        .option("--wait-readers", "N", publication.readers_first,
                "begin to read the input when N readers are there (0)")
        .flag("--keep", publication.keep,
              "stay when the input has ended and everything has been read")
        .option("--linger", "DURATION", typed.linger,
                "stay no longer than this after the end of the input, read or not");
}

void add_access_options(Subcommand& command, Typed& typed) {
    command
        .option("--mode", "MODE", typed.mode,
                "permission bits, in octal (444, with --writable 666, less the umask)")
        .option("--owner", "USER[:GROUP]", typed.owner, "who owns the path (you)")
        .option("--user-files", "N", typed.user_files,
                "each user but root and you may have the path open N times (4096)")
        .option("--user-calls", "N", typed.user_calls, "and may have N calls waiting there (4096)")
        .flag("--writable", typed.options.writable,
              "pass the lines that clients write to standard output, each line whole");
}

}  // namespace

void add_serve_command(CLI::App& app, Action& action) {
    const auto typed = std::make_shared<Typed>();
    Subcommand command{
        app, action, "serve",
        "Publish standard input as a path, one record per line, to any number of readers."};
    command.path(typed->options.path, "the path that is served, absolute", false)
        .option("--socket", "PATH", typed->options.socket_path,
                "serve the same records on a Unix stream socket at this path");
    add_content_options(command, *typed);
    add_ending_options(command, *typed);
    add_access_options(command, *typed);
    command
        .flag("-v,--verbose", typed->options.verbose, "say on standard error when clients may come")
        .examples(examples)
        .does([typed] { return serve(*typed); });
}

}  // namespace tocsin::cli
