// SPDX-License-Identifier: Apache-2.0
// Conversation decodes the SMB of one TCP connection from its two byte streams and tells a Sink what was said. It keeps
// no file content, knows no clock, and treats every malformed byte as data: counted, skipped, resynchronised. It knows
// nothing of other connections: joining the channels of one session is the caller's part.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/time.h"
#include "smb/commands.h"
#include "smb/header.h"
#include "smb/smb1.h"

namespace cordon::smb {

/// MessageInfo is one SMB2 message, each element of a compound on its own, exactly as its header says.
struct MessageInfo {
  WallTime time{};  // of the piece that completed the header
  Direction direction{};
  Header header;
  bool compounded = false;  // part of a message with several elements
};

/// Exchange is a request with its final response. Where one of the two was not seen, its body is monostate.
struct Exchange {
  WallTime request_time{};   // of the piece that completed the request; the epoch when it was not seen
  WallTime response_time{};  // likewise for the response
  bool has_request = false;
  bool answered = false;  // a response came from the server's side. Only this is confirmed by the server.
  Command command{};
  std::uint32_t status = 0;  // valid when answered
  std::uint64_t message_id = 0;
  /// session_id: of the request, or of the response where the request has none (SESSION_SETUP's first round).
  std::uint64_t session_id = 0;
  /// tree_id: of the request; of the response for TREE_CONNECT. tree_unset when neither shows it.
  std::uint32_t tree_id = tree_unset;
  bool request_signed = false, response_signed = false;
  bool related = false;  // a related element of a compound
  bool was_async = false;
  std::uint16_t credit_charge = 0;
  /// file: the open this is about. For CREATE, of its response. For a related request with FileId ff…ff, of the element
  /// it refers to, filled in when that CREATE's response came first (it does, the server answers in order).
  bool file_known = false;
  FileId file;
  /// related_to: MessageId of the CREATE of the same compound that `file` comes or would come from; id_unset if none.
  std::uint64_t related_to = id_unset;
  Request request;
  Response response;
};

/// DataPiece says where a piece of payload belongs. Pieces of one message come in order; a message of n bytes gives one
/// piece for each piece of the stream it spans.
struct DataPiece {
  enum class Kind : std::uint8_t { write, read };
  WallTime time{};
  Kind kind{};
  bool known = false;        // `file` (and for reads `offset`) are known
  FileId file;               // of the WRITE request, or of the READ request that this answers
  std::uint64_t offset = 0;  // in the file, of this piece's first byte; within the message when a READ is not known
  std::uint64_t session_id = 0;
  std::uint32_t tree_id = tree_unset;
  std::uint64_t message_id = 0;
  std::uint32_t message_length = 0;  // payload bytes the whole message announces
  /// related_to: for a WRITE whose FileId comes from a CREATE in the same compound that has no response yet: that
  /// CREATE's MessageId. The file is then told by the exchange with that message_id. id_unset otherwise.
  std::uint64_t related_to = id_unset;
};

/// Transform is an encrypted ([MS-SMB2] 2.2.41) or compressed (2.2.42) message: nothing but its outside is known.
struct Transform {
  WallTime time{};
  Direction direction{};
  bool compressed = false;       // else encrypted
  std::uint64_t session_id = 0;  // 0 when compressed
  std::uint32_t original_bytes = 0;
  std::uint32_t wire_bytes = 0;  // of the whole NetBIOS message
};

/// Sink receives what a Conversation decodes. References and views are borrowed for the call. Calls come in stream
/// order of each direction; whatever the segmentation, the calls are the same but for where payload is cut into pieces.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  /// message: as soon as a header is complete, before anything else about that message.
  virtual void message(const MessageInfo&) {}
  /// exchange: when the final response is complete, or when it is given up.
  virtual void exchange(const Exchange&) {}
  /// data: payload of a WRITE request or READ response, as it arrives, before the exchange of its message.
  virtual void data(const DataPiece&, ByteView) {}
  /// data_gap: `bytes` of payload at piece.offset were lost to the capture.
  virtual void data_gap(const DataPiece&, std::uint64_t) {}
  virtual void transform(const Transform&) {}
  virtual void smb1(const Smb1Message&) {}
};

/// Weird names an oddity; each is only counted. weird_name in names.h gives the text.
enum class Weird : std::uint8_t {
  gap_in_message,        // a gap cut a message that is not payload
  gap_lost_framing,      // a gap ran over a message's end: resynchronised
  not_smb,               // bytes that are neither SMB nor NetBIOS: resynchronised
  bad_header,            // 0xFE 'SMB' with a header that cannot be
  bad_next_command,      // NextCommand unaligned or outside its message
  bad_body,              // a body that breaks its specification
  data_outside_message,  // payload offset or length beyond the message
  message_too_long,      // a message that is not payload was longer than message_buffer_bytes_max; its prefix was read
  name_cut,              // a name over name_bytes_max
  wrong_direction,       // a response from the client or a request from the server: never paired
  response_without_request,
  command_mismatch,       // a response to another command than the request of its MessageId: not paired
  request_given_up,       // the response never came
  pending_full,           // pending_requests_max or pending_text_bytes_max reached, the oldest was given up
  duplicate_message_id,   // a second request with the MessageId of one that waits
  compound_too_long,      // more than compound_elements_max related elements in one message
  related_without_first,  // a related element with nothing before it
  truncated_end,          // the stream ended inside a message
};
inline constexpr std::size_t weird_count = 18;

/// Counters: what went through, for statistics and tests.
struct Counters {
  std::array<std::uint64_t, weird_count> weird{};
  std::uint64_t messages = 0;        // SMB2 elements
  std::uint64_t data_bytes = 0;      // payload handed to the sink
  std::uint64_t data_gap_bytes = 0;  // payload lost to gaps
  std::uint64_t skipped_bytes = 0;   // not decoded: encrypted, resynchronisation, tails of over-long messages
  std::uint64_t transforms = 0, compressions = 0, smb1_messages = 0;
  std::uint64_t of(Weird w) const { return weird[static_cast<std::size_t>(w)]; }
};

/// Limits bound what one connection may hold.
struct Limits {
  std::size_t message_buffer_bytes_max =
      128 * 1024;                           // each direction; the largest honest non-data body is 64 KiB + names
  std::size_t pending_requests_max = 8192;  // Windows grants at most 8192 credits, [MS-SMB2] 3.3.1.2
  std::size_t pending_text_bytes_max = 4 * 1024 * 1024;  // names held by waiting requests
  std::size_t compound_elements_max = 256;               // related elements linked in one message
  std::chrono::seconds unanswered_after{5};  // a request waits so long where the server's stream is missing or has gaps
};

/// Conversation is one TCP connection, on port 445 (direct TCP) or 139 (NetBIOS session service); the framing is the
/// same. One thread at a time. `sink` must outlive it. Source: [MS-SMB2] 2.1, RFC 1002 4.3.
class Conversation {
 public:
  explicit Conversation(Sink& sink, Limits limits = {});
  ~Conversation();
  Conversation(Conversation&&) noexcept;
  Conversation& operator=(Conversation&&) noexcept;

  /// feed takes the next bytes of one direction. They are borrowed for the call.
  void feed(Direction direction, WallTime time, ByteView bytes);
  /// gap says that the next `bytes` of one direction were lost; 0 means an unknown number.
  void gap(Direction direction, WallTime time, std::uint64_t bytes);
  /// finish ends both streams: requests that still wait are given as unanswered. Nothing may be fed afterwards.
  void finish();

  const Counters& counters() const;
  /// waiting: requests without response now.
  std::size_t waiting() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace cordon::smb
