// SPDX-License-Identifier: Apache-2.0
#include "smb/smb1.h"

#include <algorithm>

namespace cordon::smb {

namespace {

constexpr std::uint8_t flag_reply = 0x80;        // [MS-CIFS] 2.2.3.1 Flags
constexpr std::uint16_t flag2_unicode = 0x8000;  // Flags2
constexpr std::uint8_t format_ascii = 0x04;      // SMB_STRING BufferFormat, [MS-CIFS] 2.2.1.1.2
constexpr std::uint8_t format_dialect = 0x02;

/// Block is one command of a chain: its words and its bytes, and where the bytes stand in the message.
struct Block {
  ByteView words;
  ByteView bytes;
  std::size_t bytes_at = 0;
};

Result<Block> read_block(ByteView message, std::size_t at) {
  ByteReader r(message);
  CORDON_TRY_VOID(r.seek(at));
  Block b;
  const std::size_t word_count = CORDON_TRY(r.u8());
  b.words = CORDON_TRY(r.take(word_count * 2));
  const std::uint16_t byte_count = CORDON_TRY(r.u16le());
  b.bytes_at = r.offset();
  b.bytes = r.rest().first(std::min<std::size_t>(byte_count, r.left()));  // `message` may be a prefix
  return b;
}

/// Text reads the strings of a block one after the other. Unicode strings are aligned to 2 bytes from the message's
/// start.
class Text {
 public:
  Text(const Block& block, bool unicode) : bytes_(block.bytes), at_message_(block.bytes_at), unicode_(unicode) {}

  void skip(std::size_t n) { at_ = std::min(at_ + n, bytes_.size()); }
  /// format steps over a BufferFormat byte; false when another one stands there.
  bool format(std::uint8_t wanted) {
    if (at_ >= bytes_.size() || bytes_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  std::string terminated() {
    align();
    const std::size_t from = at_;
    const std::size_t step = unicode_ ? 2 : 1;
    while (at_ + step <= bytes_.size() && (bytes_[at_] != 0 || (unicode_ && bytes_[at_ + 1] != 0))) at_ += step;
    const ByteView text = bytes_.subspan(from, at_ - from);
    skip(step);
    return decode(text);
  }
  std::string counted(std::size_t n) {
    align();
    const ByteView text = bytes_.subspan(at_, std::min(n, bytes_.size() - at_));
    at_ += text.size();
    std::string out = decode(text);
    while (!out.empty() && out.back() == '\0') out.pop_back();
    return out;
  }

 private:
  void align() {
    if (unicode_ && (at_message_ + at_) % 2 != 0) skip(1);
  }
  std::string decode(ByteView text) const {
    return unicode_ ? utf8_from_utf16le(text) : std::string(text.begin(), text.end());
  }

  ByteView bytes_;
  std::size_t at_message_;
  std::size_t at_ = 0;
  bool unicode_;
};

std::uint16_t word(ByteView words, std::size_t at) {
  ByteReader r(words);
  if (!r.seek(at)) return 0;
  const auto v = r.u16le();
  return v ? *v : std::uint16_t{0};
}

/// read_transaction2 finds the path in the parameters of a TRANSACTION2. Source: [MS-CIFS] 2.2.4.46, 2.2.6.
void read_transaction2(ByteView message, const Block& block, bool unicode, Smb1Message& out) {
  constexpr std::uint16_t find_first = 1, query_path = 5, set_path = 6, create_directory = 13;
  out.subcommand = word(block.words, 28);
  const std::size_t length = word(block.words, 18);
  const std::size_t offset = word(block.words, 20);
  if (offset > message.size()) return;
  Block parameters;
  parameters.bytes = message.subspan(offset, std::min(length, message.size() - offset));
  parameters.bytes_at = offset;
  Text text(parameters, unicode);
  if (out.subcommand == find_first) {
    text.skip(12);
  } else if (out.subcommand == query_path || out.subcommand == set_path) {
    text.skip(6);
  } else if (out.subcommand == create_directory) {
    text.skip(4);
  } else {
    return;
  }
  out.name = text.terminated();
}

void read_request(ByteView message, const Block& block, bool unicode, Smb1Message& out) {
  Text text(block, unicode);
  switch (out.command) {
    case Smb1Command::create_directory:
    case Smb1Command::delete_directory:
    case Smb1Command::open:
    case Smb1Command::create:
    case Smb1Command::create_new:
    case Smb1Command::delete_file:
    case Smb1Command::query_information:
    case Smb1Command::set_information:
    case Smb1Command::check_directory:
    case Smb1Command::tree_connect:
      if (text.format(format_ascii)) out.name = text.terminated();
      break;
    case Smb1Command::rename:
    case Smb1Command::nt_rename:
      if (text.format(format_ascii)) out.name = text.terminated();
      if (text.format(format_ascii)) out.new_name = text.terminated();
      break;
    case Smb1Command::open_andx:
    case Smb1Command::transaction:
      out.name = text.terminated();
      break;
    case Smb1Command::nt_create_andx:
      out.name = text.counted(word(block.words, 5));
      break;
    case Smb1Command::tree_connect_andx:
      text.skip(word(block.words, 6));  // password
      out.name = text.terminated();
      break;
    case Smb1Command::transaction2:
      read_transaction2(message, block, unicode, out);
      break;
    case Smb1Command::nt_transact:
      out.subcommand = word(block.words, 36);
      break;
    case Smb1Command::negotiate: {
      Text dialects(block, false);
      while (dialects.format(format_dialect)) {
        const std::string dialect = dialects.terminated();
        if (dialect == "SMB 2.002" || dialect == "SMB 2.???") out.offers_smb2 = true;
      }
      break;
    }
    case Smb1Command::close:
    case Smb1Command::read:
    case Smb1Command::write:
    case Smb1Command::locking_andx:
    case Smb1Command::transaction_secondary:
    case Smb1Command::echo:
    case Smb1Command::read_andx:
    case Smb1Command::write_andx:
    case Smb1Command::transaction2_secondary:
    case Smb1Command::tree_disconnect:
    case Smb1Command::session_setup_andx:
    case Smb1Command::logoff_andx:
    case Smb1Command::nt_transact_secondary:
    case Smb1Command::nt_cancel:
    case Smb1Command::none:
      break;
  }
}

bool has_andx(Smb1Command command) {
  switch (command) {
    case Smb1Command::locking_andx:
    case Smb1Command::open_andx:
    case Smb1Command::read_andx:
    case Smb1Command::write_andx:
    case Smb1Command::session_setup_andx:
    case Smb1Command::logoff_andx:
    case Smb1Command::tree_connect_andx:
    case Smb1Command::nt_create_andx:
      return true;
    case Smb1Command::create_directory:
    case Smb1Command::delete_directory:
    case Smb1Command::open:
    case Smb1Command::create:
    case Smb1Command::close:
    case Smb1Command::delete_file:
    case Smb1Command::rename:
    case Smb1Command::query_information:
    case Smb1Command::set_information:
    case Smb1Command::read:
    case Smb1Command::write:
    case Smb1Command::create_new:
    case Smb1Command::check_directory:
    case Smb1Command::transaction:
    case Smb1Command::transaction_secondary:
    case Smb1Command::echo:
    case Smb1Command::transaction2:
    case Smb1Command::transaction2_secondary:
    case Smb1Command::tree_connect:
    case Smb1Command::tree_disconnect:
    case Smb1Command::negotiate:
    case Smb1Command::nt_transact:
    case Smb1Command::nt_transact_secondary:
    case Smb1Command::nt_cancel:
    case Smb1Command::nt_rename:
    case Smb1Command::none:
      break;
  }
  return false;
}

}  // namespace

Result<std::vector<Smb1Message>> parse_smb1(ByteView message) {
  ByteReader r(message);
  CORDON_TRY_VOID(r.skip(4));
  Smb1Message head;
  head.command = static_cast<Smb1Command>(CORDON_TRY(r.u8()));
  head.status = CORDON_TRY(r.u32le());
  head.response = (CORDON_TRY(r.u8()) & flag_reply) != 0;
  const bool unicode = (CORDON_TRY(r.u16le()) & flag2_unicode) != 0;
  CORDON_TRY_VOID(r.skip(2 + 8 + 2));  // PIDHigh, SecurityFeatures, Reserved
  head.tid = CORDON_TRY(r.u16le());
  head.pid = CORDON_TRY(r.u16le());
  head.uid = CORDON_TRY(r.u16le());
  head.mid = CORDON_TRY(r.u16le());

  std::vector<Smb1Message> out;
  std::size_t at = smb1_header_bytes;
  for (std::size_t i = 0; i < smb1_chain_max; ++i) {
    const auto block = read_block(message, at);
    if (!block && i > 0) break;
    Smb1Message m = head;
    m.chain = static_cast<std::uint8_t>(i);
    if (!block) {  // the header alone still names the command
      m.body_missing = true;
      out.push_back(std::move(m));
      break;
    }
    if (!m.response) read_request(message, *block, unicode, m);
    out.push_back(std::move(m));
    if (!has_andx(head.command) || block->words.size() < 4) break;
    const auto next = static_cast<Smb1Command>(block->words[0]);
    const std::size_t next_at = word(block->words, 2);
    if (next == Smb1Command::none || next_at <= at) break;  // forward only: a chain cannot loop
    head.command = next;
    at = next_at;
  }
  return out;
}

}  // namespace cordon::smb
