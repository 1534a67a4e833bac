// SPDX-License-Identifier: Apache-2.0
#include "hl7/message.h"

#include <algorithm>
#include <utility>

#include "hl7/framing.h"

namespace cordon::hl7 {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view line_ends = "\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// begins_segment tells a segment from the rest of a wrapped one. MDC is a coding system, where samples are often
/// broken.
bool begins_segment(std::string_view line, char separator) {
  const std::size_t at = line.find_first_not_of(blanks);
  if (at == std::string_view::npos) return false;
  line.remove_prefix(at);
  if (line.size() < 3 || !upper(line[0])) return false;
  if (!(upper(line[1]) || digit(line[1])) || !(upper(line[2]) || digit(line[2]))) return false;
  return line.size() == 3 || (line[3] == separator && line.substr(0, 3) != "MDC");
}

bool usable(const Delimiters& d) {
  const std::string all{d.field, d.component, d.repetition, d.escape, d.subcomponent};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = all[i];
    if (c <= ' ' || c > '~' || upper(c) || digit(c) || (c >= 'a' && c <= 'z')) return false;
    if (all.find(c, i + 1) != std::string::npos) return false;
  }
  return true;
}

/// take_line moves one line and the line ends behind it out of `rest`.
std::pair<std::string_view, std::string_view> take_line(std::string_view& rest) {
  const std::size_t size = std::min(rest.find_first_of(line_ends), rest.size());
  const std::size_t next = std::min(rest.find_first_not_of(line_ends, size), rest.size());
  const std::pair out(rest.substr(0, size), rest.substr(size, next - size));
  rest.remove_prefix(next);
  return out;
}

bool is_header(std::string_view line, std::string_view name) {
  return line.size() > 3 && line.starts_with(name) && !upper(line[3]) && !digit(line[3]) &&
         line_ends.find(line[3]) == std::string_view::npos;
}
bool begins_message(std::string_view line) {
  return is_header(line, "MSH");
}
/// begins_batch: the header of a file or of a batch, which stands before the first message.
bool begins_batch(std::string_view line) {
  return is_header(line, "FHS") || is_header(line, "BHS");
}

/// lead_size gives how much stands before the message itself.
std::size_t lead_size(std::string_view bytes) {
  std::size_t at = bytes.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  for (;;) {
    at = std::min(bytes.find_first_not_of(" \t\r\n", at), bytes.size());
    if (!begins_batch(bytes.substr(at))) return at;
    at = std::min(bytes.find_first_of(line_ends, at), bytes.size());
  }
}

void read_delimiters(std::string_view bytes, Message& out) {
  const char field = bytes[3];
  const std::string_view line = bytes.substr(0, bytes.find_first_of(line_ends));
  const std::string_view set = part(line, field, 2);
  if (set.size() >= 4) {
    const Delimiters said{field, set[0], set[1], set[2], set[3]};
    if (usable(said)) {
      out.delimiters = said;
      return;
    }
  }
  out.delimiters = Delimiters{};
  out.delimiters.field = field;
  out.delimiters_odd = true;
}

}  // namespace

std::string_view trimmed(std::string_view raw) {
  constexpr std::string_view around = " \t\r\n";
  const std::size_t first = raw.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return raw.substr(first, raw.find_last_not_of(around) - first + 1);
}

std::vector<std::string_view> parts(std::string_view raw, char delimiter) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = raw.find(delimiter);
    out.push_back(raw.substr(0, at));
    if (at == std::string_view::npos) return out;
    raw.remove_prefix(at + 1);
  }
}

std::string_view part(std::string_view raw, char delimiter, std::size_t number) {
  for (std::size_t i = 1;; ++i) {
    const std::size_t at = raw.find(delimiter);
    if (i == number) return raw.substr(0, at);
    if (at == std::string_view::npos) return {};
    raw.remove_prefix(at + 1);
  }
}

std::string_view Segment::name() const {
  return fields.empty() ? std::string_view{} : trimmed(fields.front());
}

std::size_t Segment::index_of(std::size_t number) const {
  return name() == "MSH" ? number - 1 : number;
}

std::string_view Segment::field(std::size_t number) const {
  const std::size_t index = index_of(number);
  return index > 0 && index < fields.size() ? std::string_view(fields[index]) : std::string_view{};
}

void Segment::set(std::size_t number, std::string raw) {
  const std::size_t index = index_of(number);
  if (index >= fields.size()) fields.resize(index + 1);
  fields[index] = std::move(raw);
}

const Segment* Message::find(std::string_view name) const {
  const auto found = std::find_if(segments.begin(), segments.end(), [&](const Segment& s) { return s.name() == name; });
  return found != segments.end() ? &*found : nullptr;
}

Result<Message> parse(std::string_view bytes) {
  if (bytes.size() > message_bytes_max) return fail(ErrorCode::limit, "hl7 message", bytes.size());
  Message out;
  const std::size_t at = lead_size(bytes);
  out.lead = bytes.substr(0, at);
  std::string_view rest = bytes.substr(at);
  if (rest.size() < 4 || !rest.starts_with("MSH") || line_ends.find(rest[3]) != std::string_view::npos) {
    return fail(ErrorCode::malformed, "hl7 header", at);
  }
  read_delimiters(rest, out);
  std::size_t fields = 0;
  while (!rest.empty()) {
    const auto [line, end] = take_line(rest);
    const auto pieces = parts(line, out.delimiters.field);
    fields += pieces.size();
    if (fields > fields_max) return fail(ErrorCode::limit, "hl7 fields", fields);
    auto piece = pieces.begin();
    if (out.segments.empty() || begins_segment(line, out.delimiters.field)) {
      if (out.segments.size() == segments_max) return fail(ErrorCode::limit, "hl7 segments", segments_max);
      out.segments.emplace_back();
    } else {
      ++out.lines_wrapped;
      Segment& before = out.segments.back();
      before.fields.back().append(before.end).append(*piece);
      ++piece;
    }
    Segment& segment = out.segments.back();
    segment.fields.insert(segment.fields.end(), piece, pieces.end());
    segment.end = end;
  }
  return out;
}

std::vector<std::string_view> messages(std::string_view bytes) {
  std::vector<std::string_view> out;
  for (std::size_t at = lead_size(bytes); at < bytes.size();) {
    at = std::min(bytes.find_first_of(line_ends, at), bytes.size());
    at = std::min(bytes.find_first_not_of(line_ends, at), bytes.size());
    if (!begins_message(bytes.substr(at))) continue;
    out.push_back(bytes.substr(0, at));
    bytes.remove_prefix(at);
    at = 0;
  }
  out.push_back(bytes);
  return out;
}

std::string print(const Message& message) {
  std::string out = message.lead;
  for (const Segment& segment : message.segments) {
    for (std::size_t i = 0; i < segment.fields.size(); ++i) {
      if (i > 0) out += message.delimiters.field;
      out += segment.fields[i];
    }
    out += segment.end;
  }
  return out;
}

}  // namespace cordon::hl7
