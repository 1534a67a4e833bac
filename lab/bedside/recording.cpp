// SPDX-License-Identifier: Apache-2.0
// Sources: WFDB Applications Guide, header(5) and signal(5).
#include "recording.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

namespace cordon::lab {

namespace {

constexpr std::size_t signals_max = 32;
constexpr std::uint64_t samples_a_frame_max = 64;
constexpr double default_gain = 200;  // header(5): of a gain that is 0
constexpr float none = std::numeric_limits<float>::quiet_NaN();

/// Line is one signal of a header.
struct Line {
  std::string file, label;
  unsigned format = 0;
  std::size_t a_frame = 1;
  std::size_t skew = 0;    // frames by which it stands late
  std::size_t offset = 0;  // bytes before the first frame
  double gain = default_gain;
  int zero = 0;
  int checksum = 0;
};

/// Cursor reads numbers of one field from its front.
struct Cursor {
  std::string_view left;

  bool skip(char c) {
    if (!left.starts_with(c)) return false;
    left.remove_prefix(1);
    return true;
  }
  template <class Number>
  bool read(Number& out) {
    const auto result = std::from_chars(left.data(), left.data() + left.size(), out);
    if (result.ec != std::errc()) return false;
    left.remove_prefix(static_cast<std::size_t>(result.ptr - left.data()));
    return true;
  }
};

/// read_format reads "212x4:2+24".
bool read_format(const std::string& field, Line& out) {
  Cursor in{field};
  if (!in.read(out.format)) return false;
  if (in.skip('x') && !in.read(out.a_frame)) return false;
  if (in.skip(':') && !in.read(out.skew)) return false;
  if (in.skip('+') && !in.read(out.offset)) return false;
  return in.left.empty() && out.a_frame >= 1 && out.a_frame <= samples_a_frame_max;
}

/// read_gain reads "12.84(-1605)/mmHg"; `has_zero`: the part in brackets is there.
bool read_gain(const std::string& field, Line& out, bool& has_zero) {
  Cursor in{field};
  if (!in.read(out.gain)) return false;
  has_zero = in.skip('(');
  if (has_zero && (!in.read(out.zero) || !in.skip(')'))) return false;
  if (out.gain == 0) out.gain = default_gain;
  return std::isfinite(out.gain) && out.gain > 0;
}

bool read_line(const std::string& text, Line& out) {
  std::istringstream words(text);
  std::string format, gain, bits, block;
  int zero = 0;
  int first = 0;
  bool has_zero = false;
  if (!(words >> out.file >> format >> gain >> bits >> zero >> first >> out.checksum >> block)) return false;
  std::getline(words >> std::ws, out.label);
  while (!out.label.empty() && std::string_view(" \r").find(out.label.back()) != std::string_view::npos)
    out.label.pop_back();
  if (!read_format(format, out) || !read_gain(gain, out, has_zero)) return false;
  if (!has_zero) out.zero = zero;
  return true;
}

struct Header {
  double frames_hz = 0;
  std::uint64_t frames = 0;
  std::vector<Line> lines;
};

Result<Header> read_header(std::istream& file) {
  Header out;
  std::size_t signals = 0;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line == "\r" || line.starts_with('#')) continue;
    if (out.frames_hz == 0) {
      std::istringstream words(line);
      std::string name, rate;
      if (!(words >> name >> signals >> rate >> out.frames) || signals == 0 || signals > signals_max)
        return fail(ErrorCode::malformed, "record line");
      Cursor in{rate};
      if (!in.read(out.frames_hz) || !(out.frames_hz >= 1 && out.frames_hz <= 10'000))
        return fail(ErrorCode::malformed, "frame rate");
    } else if (out.lines.size() < signals) {
      Line next;
      if (!read_line(line, next)) return fail(ErrorCode::malformed, "signal line", out.lines.size());
      out.lines.push_back(std::move(next));
    }
  }
  if (signals == 0 || out.lines.size() != signals || out.frames == 0) return fail(ErrorCode::malformed, "header");
  for (const Line& each : out.lines) {
    if (each.file != out.lines[0].file || each.format != out.lines[0].format ||
        each.file.find('/') != std::string::npos)
      return fail(ErrorCode::unsupported, "files of samples");
  }
  return out;
}

int signed_of(unsigned value, unsigned bits) {
  const unsigned sign = 1U << (bits - 1);
  return static_cast<int>(value ^ sign) - static_cast<int>(sign);
}

/// counts_of takes the counts out of a file; an odd last half of format 212 is none.
Result<std::vector<int>> counts_of(const std::string& bytes, unsigned format) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
  std::vector<int> out;
  if (format == 16) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) out.push_back(signed_of(byte(i) | byte(i + 1) << 8U, 16));
  } else if (format == 212) {
    for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
      out.push_back(signed_of(byte(i) | (byte(i + 1) & 0x0FU) << 8U, 12));
      out.push_back(signed_of(byte(i + 2) | (byte(i + 1) & 0xF0U) << 4U, 12));
    }
  } else {
    return fail(ErrorCode::unsupported, "format of samples", format);
  }
  return out;
}

constexpr int missing_of(unsigned format) {
  return format == 16 ? -32768 : -2048;
}

Result<std::string> bytes_of(const std::filesystem::path& path, std::size_t offset) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_errno("file of samples");
  file.seekg(static_cast<std::streamoff>(offset));
  std::string out(record_bytes_max + 1, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (out.size() > record_bytes_max) return fail(ErrorCode::limit, "file of samples");
  return out;
}

/// Frames are all counts of a file, `size` to a frame.
struct Frames {
  const std::vector<int>& counts;
  std::size_t size;
  std::uint64_t frames;
};

/// signal_of takes one signal out of the frames, `from` within each.
Result<Recorded> signal_of(const Line& line, const Frames& all, std::size_t from) {
  Recorded out;
  out.label = line.label;
  out.step = 1 / line.gain;
  unsigned sum = 0;
  out.range = {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (std::uint64_t frame = 0; frame < all.frames; ++frame) {
    for (std::size_t i = 0; i < line.a_frame; ++i) {
      const int count = all.counts[frame * all.size + from + i];
      sum += static_cast<unsigned>(count);
      if (frame < line.skew) continue;
      const bool there = count != missing_of(line.format);
      const double value = (count - line.zero) / line.gain;
      if (there) out.range = {std::min(out.range.low, value), std::max(out.range.high, value)};
      out.samples.push_back(there ? static_cast<float>(value) : none);
    }
  }
  const bool sums_up = (sum & 0xFFFFU) == (static_cast<unsigned>(line.checksum) & 0xFFFFU);
  if (!sums_up || out.range.high <= out.range.low) return fail(ErrorCode::malformed, "checksum", from);
  return out;
}

std::optional<Trace> kind_of(const std::string& label) {
  if (label == "PLETH" || label == "Pleth") return Trace::pleth;
  if (label == "ABP") return Trace::pressure;
  if (label == "RESP" || label == "Resp") return Trace::respiration;
  for (const char* lead : {"I", "II", "III", "V", "MLII", "MCL1", "V5", "aVR", "aVL", "aVF"})
    if (label == lead) return Trace::ecg;
  return std::nullopt;
}

}  // namespace

double Recorded::at(std::uint64_t tick) const {
  const double place = static_cast<double>(tick) * rate_hz / body_rate_hz;
  const auto before = std::min(static_cast<std::size_t>(place), samples.size() - 1);
  const double beyond = place - static_cast<double>(before);
  const double value = samples[before];
  if (beyond == 0 || before + 1 >= samples.size()) return value;
  return value + (static_cast<double>(samples[before + 1]) - value) * beyond;
}

Result<std::shared_ptr<const Recording>> Recording::open(const std::filesystem::path& header) {
  std::ifstream file(header);
  if (!file) return fail_errno("header");
  const Header read = CORDON_TRY(read_header(file));
  const Line& first = read.lines.front();
  const std::string bytes = CORDON_TRY(bytes_of(header.parent_path() / first.file, first.offset));
  const std::vector<int> counts = CORDON_TRY(counts_of(bytes, first.format));
  std::size_t size = 0;
  for (const Line& line : read.lines) size += line.a_frame;
  if (counts.size() / size < read.frames)
    return fail(ErrorCode::malformed, "length of the file of samples", counts.size());
  auto out = std::make_shared<Recording>();
  out->name_ = header.stem();
  std::size_t from = 0;
  std::uint64_t frames = read.frames;  // that every signal has
  for (const Line& line : read.lines) {
    Recorded next = CORDON_TRY(signal_of(line, {counts, size, read.frames}, from));
    next.rate_hz = read.frames_hz * static_cast<double>(line.a_frame);
    from += line.a_frame;
    frames = std::min(frames, read.frames - std::min<std::uint64_t>(read.frames, line.skew));
    const auto kind = kind_of(next.label);
    if (kind && !out->kinds_.at(static_cast<std::size_t>(*kind)))
      out->kinds_.at(static_cast<std::size_t>(*kind)) = out->signals_.size();
    out->signals_.push_back(std::move(next));
  }
  out->ticks_ = static_cast<std::uint64_t>(static_cast<double>(frames) / read.frames_hz * body_rate_hz);
  if (out->ticks_ > record_ticks_max) return fail(ErrorCode::limit, "length of the record", out->ticks_);
  if (out->ticks_ == 0 || out->trace(Trace::ecg) == nullptr) return fail(ErrorCode::unsupported, "no ECG");
  out->count();
  return std::shared_ptr<const Recording>(std::move(out));
}

const Recorded* Recording::trace(Trace kind) const {
  const auto found = kinds_.at(static_cast<std::size_t>(kind));
  return found ? &signals_[*found] : nullptr;
}

const Numbers& Recording::numbers(std::uint64_t tick) const {
  return numbers_[std::min(static_cast<std::size_t>(static_cast<double>(tick) / body_rate_hz), numbers_.size() - 1)];
}

}  // namespace cordon::lab
