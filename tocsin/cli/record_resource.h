// Records as a path that unmodified programs open and read. Private to tocsin/cli.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <tocsin/base/list.h>
#include <tocsin/cli/line_output.h>
#include <tocsin/cli/publication.h>
#include <tocsin/cli/record_reader.h>
#include <tocsin/resource/resource.h>

namespace tocsin::cli {

// One client's open file: a place in the ring, or an observer that has none.
class RecordFile final : public resource::OpenFile, private base::Link<> {
private:
    friend class RecordResource;
    friend class base::List<RecordFile>;

    std::optional<RecordReader> reader_;  // only of those who read
    LineAssembler lines_;
    bool has_looked_ = false;           // it counts for PublicationOptions::readers_first
    bool observes_ = false;             // see tocsin_ioctl_observe
    std::uint64_t published_seen_ = 0;  // by an observer, as it last said
    std::uint64_t losses_seen_ = 0;
    std::uint64_t losses_told_ = 0;  // by the last trigger
};

// Serves the records of a Publication; see tocsin-serve(1) for what a client sees. Made, mounted
// and used on the loop's thread; it outlives its mount.
class RecordResource final : public resource::Resource, public Audience {
public:
    // `output` takes what clients write, if they may.
    RecordResource(const resource::Attributes& attributes, Publication& publication,
                   std::uint64_t threshold, LineOutput* output);

    void look_again() override;

    // The output has room again, or is broken.
    void output_changed();

protected:
    resource::OpenResult open(const resource::Opening& opening) override;
    void close(resource::OpenFile& file) override;
    void read(resource::OpenFile& file, resource::ReadRequest request) override;
    void write(resource::OpenFile& file, resource::WriteRequest request) override;
    void ioctl(resource::OpenFile& file, resource::IoctlRequest request) override;
    std::int64_t level(resource::OpenFile& file, core::Condition condition) override;

private:
    void trigger_those_ready() noexcept;
    void tell_of_loss(RecordFile& file) noexcept;
    [[nodiscard]] bool is_ready(RecordFile& file) noexcept;
    [[nodiscard]] std::int64_t observed_level(const RecordFile& file) const noexcept;
    void answer_parked_reads(RecordFile& file);
    void note_look(RecordFile& file) noexcept;
    void forget_reader(RecordFile& file) noexcept;
    void observe(RecordFile& file) noexcept;
    void reply_losses(RecordFile& file, resource::IoctlRequest request);
    void reply_status(resource::IoctlRequest request);
    [[nodiscard]] std::uint64_t losses_of(RecordFile& file) noexcept;
    [[nodiscard]] std::int64_t input_level(RecordFile& file) noexcept;

    Publication& publication_;
    RecordRing& ring_;
    std::uint64_t threshold_;
    LineOutput* output_;
    base::List<RecordFile> files_;
    std::vector<char> space_;
};

}  // namespace tocsin::cli
