// SPDX-License-Identifier: Apache-2.0
// Builds SMB2 messages by hand and writes down what a Sink is told. For tests, fuzz seeds and benchmarks only.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "smb/conversation.h"
#include "smb/names.h"

namespace cordon::smb::testing {

using Bytes = std::vector<std::uint8_t>;

/// utf16 of ASCII text.
inline Bytes utf16(std::string_view text) {
  Bytes out;
  for (const char c : text) {
    out.push_back(static_cast<std::uint8_t>(c));
    out.push_back(0);
  }
  return out;
}

/// Head is what a test says about a header; the rest is zero.
struct Head {
  Command command{};
  std::uint64_t id = 0;
  std::uint32_t flags = 0;
  std::uint32_t status = 0;
  std::uint64_t session = 0x11;
  std::uint32_t tree = 5;
  std::uint64_t async = 0;
};

/// element is a header and a body; `next` goes to NextCommand. [MS-SMB2] 2.2.1.
inline Bytes element(const Head& h, const ByteWriter& body, std::uint32_t next = 0) {
  ByteWriter w;
  w.u8(0xFE);
  w.text("SMB");
  w.u16le(64);
  w.u16le(1);
  w.u32le(h.status);
  w.u16le(static_cast<std::uint16_t>(h.command));
  w.u16le(1);
  w.u32le(h.flags);
  w.u32le(next);
  w.u64le(h.id);
  if ((h.flags & flag_async) != 0) {
    w.u64le(h.async);
  } else {
    w.u32le(0);
    w.u32le(h.tree);
  }
  w.u64le(h.session);
  w.u64le(0);
  w.u64le(0);
  w.bytes(body.view());
  return w.release();
}

/// framed puts the NetBIOS head in front of any message.
inline Bytes framed(ByteView message) {
  ByteWriter w;
  w.u32be(static_cast<std::uint32_t>(message.size()));
  w.bytes(message);
  return w.release();
}

struct Part {
  Head head;
  ByteWriter body;
};
/// message makes one NetBIOS message of one element, or a compound with 8-byte alignment.
inline Bytes message(const std::vector<Part>& parts) {
  Bytes all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t size = header_bytes + parts[i].body.size();
    const bool last = i + 1 == parts.size();
    const std::size_t padded = last ? size : (size + 7) / 8 * 8;
    Bytes one = element(parts[i].head, parts[i].body, last ? 0U : static_cast<std::uint32_t>(padded));
    one.resize(padded);
    all.insert(all.end(), one.begin(), one.end());
  }
  return framed(all);
}
inline Bytes message(const Head& head, const ByteWriter& body) {
  return message({Part{head, body}});
}

// ---- bodies; the sections are in commands.h ----

inline void put(ByteWriter& w, FileId f) {
  w.u64le(f.persistent_part);
  w.u64le(f.volatile_part);
}
inline void zeros(ByteWriter& w, std::size_t n) {
  while (n-- > 0) w.u8(0);
}
inline constexpr FileId previous_file{id_unset, id_unset};

inline ByteWriter create_request(std::string_view name, Disposition disposition = Disposition::open_if,
                                 std::uint32_t options = 0) {
  ByteWriter w;
  w.u16le(57);
  zeros(w, 2 + 4 + 16);
  w.u32le(access_read_data | access_write_data);
  w.u32le(0);
  w.u32le(7);
  w.u32le(static_cast<std::uint32_t>(disposition));
  w.u32le(options);
  w.u16le(120);
  w.u16le(static_cast<std::uint16_t>(name.size() * 2));
  zeros(w, 8);
  w.bytes(utf16(name));
  if (name.empty()) w.u8(0);
  return w;
}
inline ByteWriter create_response(FileId file, std::uint64_t end_of_file = 0) {
  ByteWriter w;
  w.u16le(89);
  zeros(w, 2);
  w.u32le(1);
  zeros(w, 32 + 8);
  w.u64le(end_of_file);
  zeros(w, 8);
  put(w, file);
  zeros(w, 8 + 1);
  return w;
}
inline ByteWriter close_request(FileId file) {
  ByteWriter w;
  w.u16le(24);
  zeros(w, 6);
  put(w, file);
  return w;
}
inline ByteWriter close_response() {
  ByteWriter w;
  w.u16le(60);
  zeros(w, 58);
  return w;
}
inline ByteWriter write_request(FileId file, std::uint64_t offset, ByteView data) {
  ByteWriter w;
  w.u16le(49);
  w.u16le(112);
  w.u32le(static_cast<std::uint32_t>(data.size()));
  w.u64le(offset);
  put(w, file);
  zeros(w, 16);
  w.bytes(data);
  return w;
}
inline ByteWriter write_response(std::uint32_t count) {
  ByteWriter w;
  w.u16le(17);
  w.u16le(0);
  w.u32le(count);
  zeros(w, 8);
  return w;
}
inline ByteWriter read_request(FileId file, std::uint64_t offset, std::uint32_t length) {
  ByteWriter w;
  w.u16le(49);
  w.u16le(0);
  w.u32le(length);
  w.u64le(offset);
  put(w, file);
  zeros(w, 17);
  return w;
}
inline ByteWriter read_response(ByteView data) {
  ByteWriter w;
  w.u16le(17);
  w.u16le(80);
  w.u32le(static_cast<std::uint32_t>(data.size()));
  zeros(w, 8);
  w.bytes(data);
  return w;
}
inline ByteWriter set_info(FileId file, std::uint8_t info_class, ByteView buffer) {
  ByteWriter w;
  w.u16le(33);
  w.u8(1);
  w.u8(info_class);
  w.u32le(static_cast<std::uint32_t>(buffer.size()));
  w.u16le(96);
  zeros(w, 6);
  put(w, file);
  w.bytes(buffer);
  return w;
}
inline Bytes rename_buffer(std::string_view new_name, bool replace) {
  ByteWriter w;
  w.u8(replace ? 1 : 0);
  zeros(w, 15);
  w.u32le(static_cast<std::uint32_t>(new_name.size() * 2));
  w.bytes(utf16(new_name));
  return w.release();
}
inline ByteWriter tree_connect_request(std::string_view path) {
  ByteWriter w;
  w.u16le(9);
  w.u16le(0);
  w.u16le(72);
  w.u16le(static_cast<std::uint16_t>(path.size() * 2));
  w.bytes(utf16(path));
  return w;
}
inline ByteWriter session_setup_request(ByteView blob) {
  ByteWriter w;
  w.u16le(25);
  zeros(w, 10);
  w.u16le(88);
  w.u16le(static_cast<std::uint16_t>(blob.size()));
  zeros(w, 8);
  w.bytes(blob);
  return w;
}
/// small is a body of `structure_size` with nothing in it: SET_INFO, FLUSH, ECHO and error answers.
inline ByteWriter small(std::uint16_t structure_size) {
  ByteWriter w;
  w.u16le(structure_size);
  zeros(w, structure_size < 8 ? 2 : 7);
  return w;
}
inline ByteWriter error_response() {
  return small(9);
}

/// Log is a Sink that writes one line for each call. Payload pieces of one message that touch are joined, so that the
/// lines do not depend on the segmentation.
class Log final : public Sink {
 public:
  std::vector<std::string> lines;
  std::vector<Exchange> exchanges;
  std::string last_payload;  // of the message whose data came last

  void message(const MessageInfo& m) override {
    add(fmt::format("message {} {} id={} status={:x} flags={:x} tree={} session={:x} compound={}",
                    m.header.response() ? "<" : ">", command_name(m.header.command), m.header.message_id,
                    m.header.status, m.header.flags, m.header.tree_id, m.header.session_id, m.compounded));
  }
  void exchange(const Exchange& e) override {
    exchanges.push_back(e);
    add(fmt::format(
        "exchange {} id={} asked={} answered={} status={:x} tree={} session={:x} file={} related_to={:x} {}/{}",
        command_name(e.command), e.message_id, e.has_request, e.answered, e.status, e.tree_id, e.session_id,
        e.file_known ? fmt::format("{:x}:{:x}", e.file.persistent_part, e.file.volatile_part) : "?", e.related_to,
        e.request.index(), e.response.index()));
  }
  void data(const DataPiece& p, ByteView bytes) override {
    if (open_ && open_id_ == p.message_id && next_offset_ == p.offset) {
      last_payload.append(bytes.begin(), bytes.end());
    } else {
      close();
      open_ = true;
      open_id_ = p.message_id;
      start_ = fmt::format("data {} id={} known={} file={:x} offset={} length={} tree={} session={:x} related_to={:x}",
                           p.kind == DataPiece::Kind::write ? "write" : "read", p.message_id, p.known,
                           p.file.volatile_part, p.offset, p.message_length, p.tree_id, p.session_id, p.related_to);
      last_payload.assign(bytes.begin(), bytes.end());
    }
    next_offset_ = p.offset + bytes.size();
  }
  void data_gap(const DataPiece& p, std::uint64_t bytes) override {
    add(fmt::format("data_gap id={} offset={} bytes={}", p.message_id, p.offset, bytes));
  }
  void transform(const Transform& t) override {
    add(fmt::format("transform compressed={} session={:x} original={} wire={}", t.compressed, t.session_id,
                    t.original_bytes, t.wire_bytes));
  }
  void smb1(const Smb1Message& m) override {
    add(fmt::format("smb1 {} {} status={:x} chain={} name={} new={}", m.response ? "<" : ">",
                    smb1_command_name(m.command), m.status, m.chain, m.name, m.new_name));
  }
  /// close ends the payload in progress; call it before looking at lines.
  void close() {
    if (!open_) return;
    open_ = false;
    lines.push_back(
        fmt::format("{} got={} hash={:x}", start_, last_payload.size(), std::hash<std::string>{}(last_payload)));
  }

 private:
  void add(std::string line) {
    close();
    lines.push_back(std::move(line));
  }
  bool open_ = false;
  std::uint64_t open_id_ = 0;
  std::uint64_t next_offset_ = 0;
  std::string start_;
};

}  // namespace cordon::smb::testing
