// SPDX-License-Identifier: Apache-2.0
// Any bytes are a stream: what is framed in it, or all of it, is a message or a refusal, is printed again as it came,
// and tells no number that it does not have.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hl7/answer.h"
#include "hl7/build.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"

namespace {

using namespace cordon::hl7;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_report(const Report& report) {
  must(report.oddities.size() <= oddities_max && report.oddities.size() <= report.oddities_seen);
  for (const Numeric& n : report.numerics) {
    must(n.value.has_value() == (n.validity == Validity::valid || n.validity == Validity::unconfirmed));
    must(!n.value || std::isfinite(*n.value));
    must(n.flags.size() <= flags_max);
  }
  for (const Wave& w : report.waves) {
    must(w.rate_hz >= 0 && w.rate_hz <= 100'000);
    must(w.samples_missing <= w.samples.size());
    must(w.invalid_markers.size() <= markers_max && w.flags.size() <= flags_max);
    must(std::none_of(w.samples.begin(), w.samples.end(), [](double s) { return std::isinf(s); }));
  }
  must(!report.heartbeat || !report.heartbeat->period || report.heartbeat->period->count() > 0);
}

void check_message(std::string_view bytes) {
  const auto message = parse(bytes);
  if (!message) return;
  must(print(*message) == bytes);
  const Report report = interpret(*message);
  check_report(report);
  if (const auto all = interpret_all(*message); all) {
    must(!all->empty() && all->size() <= patients_max);
    for (const Report& each : *all) check_report(each);
  } else {
    must(all.error().code == cordon::ErrorCode::limit);
  }
  const auto built = parse(print(build(report)));
  must(built.has_value() || built.error().code == cordon::ErrorCode::limit);
  if (built) check_report(interpret(*built));
  (void)acknowledgement_of(*message);
  must(pds_announced(*message).value_or(pds_port) >= 1024);
  const auto ack = build_ack(*message, {Outcome::error, report.sender, report.control_id, report.bed_label, {}});
  if (ack) must(acknowledgement_of(*parse(print(*ack))).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cordon::ByteView stream(data, size);
  MllpReader reader;
  std::size_t held = 0;
  const auto take = [&](const std::vector<Frame>& frames) {
    for (const Frame& f : frames) {
      held += f.bytes.size();
      must(f.bytes.size() <= message_bytes_max);
      check_message(f.bytes);
    }
  };
  take(reader.feed(stream.first(size / 2)));
  take(reader.feed(stream.subspan(size / 2)));
  take(reader.finish());
  must(held + reader.counters().bytes_discarded <= size);
  check_message({reinterpret_cast<const char*>(data), size});
  return 0;
}
