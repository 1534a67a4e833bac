// SPDX-License-Identifier: Apache-2.0
#include "smb/message_reader.h"

#include <algorithm>

namespace cordon::smb {

namespace {

constexpr std::size_t write_fixed_bytes = header_bytes + 48;    // [MS-SMB2] 2.2.21
constexpr std::size_t read_fixed_bytes = header_bytes + 16;     // [MS-SMB2] 2.2.20
constexpr std::size_t listing_prefix_bytes = header_bytes + 8;  // of an answer whose buffer is not read
constexpr std::size_t held_bytes_kept = 4096;                   // a larger buffer is given back after use

bool listing(Command command) {
  return command == Command::query_directory || command == Command::query_info || command == Command::change_notify;
}

}  // namespace

void MessageReader::frame_begin(Protocol protocol, std::uint32_t size) {
  protocol_ = protocol;
  frame_size_ = size;
  frame_left_ = size;
  elements_ = 0;
  if (direction_ == Direction::client_to_server) exchanges_->begin_message();
  start_element();
}

void MessageReader::start_element() {
  stage_ = Stage::head;
  size_ = frame_left_;
  got_ = 0;
  data_left_ = 0;
  respond_after_data_ = false;
  std::size_t least = header_bytes;
  if (protocol_ == Protocol::smb1) least = smb1_header_bytes;
  if (protocol_ == Protocol::transform) least = transform_bytes;
  if (protocol_ == Protocol::compression) least = compression_bytes;
  want_ = least;
  if (protocol_ == Protocol::smb1) want_ = std::min<std::size_t>(size_, smb1_prefix_bytes_max);
  if (size_ < least) {
    count(Weird::bad_header);
    stage_ = Stage::nothing;
  }
}

void MessageReader::frame_bytes(ByteView in) {
  while (!in.empty()) {
    if (!collecting()) {
      in = pass(in);
      continue;
    }
    // A prefix that lies in one piece is looked at where it lies; else it is put together in held_.
    ByteView prefix;
    if (held_.empty() && in.size() >= want_) {
      prefix = in.first(want_);
    } else {
      const std::size_t take = std::min(want_ - held_.size(), in.size());
      held_.insert(held_.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(take));
      in = in.subspan(take);
      got_ += take;
      frame_left_ -= take;
      if (held_.size() < want_) return;
      prefix = held_;
    }
    bool done = on_prefix(prefix);
    while (!done && want_ == prefix.size()) done = on_prefix(prefix);  // the next stage wants no more than is there
    if (!done) continue;
    if (held_.empty()) {
      in = in.subspan(prefix.size());
      got_ += prefix.size();
      frame_left_ -= prefix.size();
    }
    release_held();
    move_on();
  }
}

void MessageReader::release_held() {
  if (held_.capacity() > held_bytes_kept) {
    std::vector<std::uint8_t>().swap(held_);
  } else {
    held_.clear();
  }
}

bool MessageReader::on_prefix(ByteView prefix) {
  switch (stage_) {
    case Stage::head:
      return protocol_ == Protocol::smb2 ? on_header(prefix) : on_foreign(prefix);
    case Stage::fixed:
      return on_fixed(prefix);
    case Stage::body:
      if (prefix.size() < size_ && !(header_.response() && listing(header_.command))) {
        count(Weird::message_too_long);
        counters_->skipped_bytes += size_ - prefix.size();
      }
      on_body(prefix, true);
      return true;
    case Stage::pad:
    case Stage::data:
    case Stage::rest:
    case Stage::nothing:
      break;
  }
  return true;
}

bool MessageReader::on_foreign(ByteView prefix) {
  stage_ = Stage::rest;
  if (protocol_ == Protocol::smb1) {
    ++counters_->smb1_messages;
    auto messages = parse_smb1(prefix);
    if (!messages) {
      count(Weird::bad_body);
      return true;
    }
    for (Smb1Message& m : *messages) {
      m.time = time_;
      m.direction = direction_;
      if (m.body_missing) count(Weird::bad_body);
      if (m.offers_smb2) exchanges_->smb2_offered();
      sink_->smb1(m);
    }
    return true;
  }
  Transform t;
  t.time = time_;
  t.direction = direction_;
  t.wire_bytes = frame_size_;
  if (protocol_ == Protocol::transform) {  // [MS-SMB2] 2.2.41
    ++counters_->transforms;
    t.original_bytes = le32(prefix, 36);
    t.session_id = le32(prefix, 44) | (std::uint64_t{le32(prefix, 48)} << 32U);
  } else {  // [MS-SMB2] 2.2.42
    ++counters_->compressions;
    t.compressed = true;
    t.original_bytes = le32(prefix, 4);
  }
  counters_->skipped_bytes += frame_size_ - prefix.size();
  sink_->transform(t);
  return true;
}

bool MessageReader::on_header(ByteView prefix) {
  const auto header = parse_header(prefix);
  if (!header) {
    count(Weird::bad_header);
    stage_ = Stage::nothing;
    return true;
  }
  header_ = *header;
  const std::uint64_t next = header_.next_command;
  const bool next_is_right = next % 8 == 0 && next >= header_bytes && next < size_;
  if (next != 0 && !next_is_right) count(Weird::bad_next_command);
  if (next_is_right) size_ = next;
  ++counters_->messages;
  sink_->message(MessageInfo{time_, direction_, header_, next_is_right || elements_ > 0});
  ++elements_;
  if (header_.response() != (direction_ == Direction::server_to_client)) {
    count(Weird::wrong_direction);
    stage_ = Stage::rest;
    return true;
  }
  if (header_.command == Command::write && !header_.response() && size_ >= write_fixed_bytes) {
    stage_ = Stage::fixed;
    want_ = write_fixed_bytes;
  } else if (header_.command == Command::read && header_.response() && !status_failed(header_.status) &&
             header_.status != status_pending && size_ >= read_fixed_bytes) {
    stage_ = Stage::fixed;
    want_ = read_fixed_bytes;
  } else {
    plan_body();
  }
  return false;
}

void MessageReader::plan_body() {
  stage_ = Stage::body;
  const bool short_look = header_.response() && listing(header_.command);
  const std::size_t look = short_look ? listing_prefix_bytes : limits_->message_buffer_bytes_max;
  want_ = std::max(want_, static_cast<std::size_t>(std::min<std::uint64_t>(size_, look)));
}

bool MessageReader::on_fixed(ByteView prefix) {
  constexpr std::uint32_t write_structure = 49, read_structure = 17;
  const std::uint32_t structure = le16(prefix, header_bytes);
  if (header_.response()) {
    if (structure != read_structure) {  // an error body under a warning
      plan_body();
      return false;
    }
    const Exchange* request = exchanges_->waiting_for(header_);
    const auto* read = request == nullptr ? nullptr : std::get_if<ReadRequest>(&request->request);
    piece_ = {};
    piece_.kind = DataPiece::Kind::read;
    piece_.session_id = header_.session_id;
    piece_.tree_id = header_.tree_id;
    if (request != nullptr) {
      piece_.session_id = request->session_id;
      piece_.tree_id = request->tree_id;
      piece_.file = request->file;
      piece_.related_to = request->related_to;
      piece_.known = request->file_known && read != nullptr;
      if (read != nullptr) piece_.offset = read->offset;
    }
    read_length_ = le32(prefix, header_bytes + 4);
    respond_after_data_ = true;
    start_payload(prefix, prefix[header_bytes + 2], read_length_);
    return true;
  }
  if (structure != write_structure) {
    plan_body();
    return false;
  }
  auto request = parse_request(header_, prefix);
  if (!request) {
    count(Weird::bad_body);
    request = DecodedRequest{};
  }
  const auto* write = std::get_if<WriteRequest>(&request->body);
  piece_ = {};
  piece_.kind = DataPiece::Kind::write;
  if (write != nullptr) piece_.offset = write->offset;
  const Exchange place = exchanges_->add(header_, time_, std::move(*request));
  piece_.known = place.file_known;
  piece_.file = place.file;
  piece_.session_id = place.session_id;
  piece_.tree_id = place.tree_id;
  piece_.related_to = place.related_to;
  start_payload(prefix, le16(prefix, header_bytes + 2), le32(prefix, header_bytes + 4));
  return true;
}

void MessageReader::start_payload(ByteView prefix, std::size_t announced_at, std::uint32_t length) {
  piece_.message_id = header_.message_id;
  piece_.message_length = length;
  data_at_ = std::max(announced_at, prefix.size());
  data_left_ = length;
  stage_ = Stage::pad;
  const bool inside = announced_at >= prefix.size() && announced_at <= size_ && length <= size_ - announced_at;
  if (length == 0 || inside) {
    if (length == 0) data_at_ = prefix.size();
    return;
  }
  count(Weird::data_outside_message);
  data_at_ = std::min<std::uint64_t>(data_at_, size_);
  data_left_ = std::min<std::uint64_t>(length, size_ - data_at_);
}

void MessageReader::on_body(ByteView prefix, bool whole) {
  stage_ = Stage::rest;
  if (header_.response()) {
    auto response = parse_response(header_, prefix);
    if (!response && whole) count(Weird::bad_body);
    exchanges_->respond(header_, time_, response ? std::move(*response) : Response{});
    return;
  }
  auto request = parse_request(header_, prefix);
  if (!request) {
    if (whole) count(Weird::bad_body);
    request = DecodedRequest{};
  }
  if (request->name_cut) count(Weird::name_cut);
  exchanges_->add(header_, time_, std::move(*request));
}

std::uint64_t MessageReader::stage_left() const {
  if (stage_ == Stage::pad) return data_at_ - got_;
  if (stage_ == Stage::data) return data_left_;
  if (stage_ == Stage::rest) return size_ - got_;
  return frame_left_;
}

ByteView MessageReader::pass(ByteView in) {
  const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(stage_left(), in.size()));
  got_ += take;
  frame_left_ -= take;
  if (stage_ == Stage::data && take > 0) {
    piece_.time = time_;
    sink_->data(piece_, in.first(take));
    counters_->data_bytes += take;
    piece_.offset += take;
    data_left_ -= take;
  }
  move_on();
  return in.subspan(take);
}

void MessageReader::move_on() {
  if (stage_ == Stage::pad && got_ == data_at_) stage_ = Stage::data;
  if (stage_ == Stage::data && data_left_ == 0) {
    end_payload();
    stage_ = Stage::rest;
  }
  if (stage_ != Stage::rest || got_ < size_) return;
  if (frame_left_ > 0) {
    start_element();
  } else {
    stage_ = Stage::nothing;
  }
}

void MessageReader::end_payload() {
  if (!respond_after_data_) return;
  respond_after_data_ = false;
  exchanges_->respond(header_, time_, Response{ReadResponse{read_length_}});
}

void MessageReader::frame_gap(std::uint64_t bytes) {
  if (collecting()) {
    count(Weird::gap_in_message);
    if (stage_ == Stage::head) {
      stage_ = Stage::nothing;
    } else {
      // The header was seen: what there is of the body is read, and the request or response is not lost.
      const std::vector<std::uint8_t> prefix = std::move(held_);
      on_body(prefix, false);
    }
    held_.clear();
  }
  while (bytes > 0) {
    if (stage_ == Stage::head || stage_ == Stage::nothing) {  // the next element's header is lost, and with it the rest
      if (stage_ == Stage::head) count(Weird::gap_in_message);
      stage_ = Stage::nothing;
      frame_left_ -= bytes;
      return;
    }
    const std::uint64_t lost_here = std::min(bytes, stage_left());
    got_ += lost_here;
    frame_left_ -= lost_here;
    bytes -= lost_here;
    if (stage_ == Stage::data) {
      piece_.time = time_;
      sink_->data_gap(piece_, lost_here);
      counters_->data_gap_bytes += lost_here;
      piece_.offset += lost_here;
      data_left_ -= lost_here;
    }
    move_on();
  }
}

void MessageReader::frame_end(bool whole) {
  if (!whole && frame_left_ > 0) {
    count(Weird::truncated_end);
    if (stage_ == Stage::fixed || stage_ == Stage::body) {
      const std::vector<std::uint8_t> prefix = std::move(held_);
      on_body(prefix, false);
    }
    end_payload();
  }
  held_.clear();
  stage_ = Stage::nothing;
}

}  // namespace cordon::smb
