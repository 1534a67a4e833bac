// SPDX-License-Identifier: Apache-2.0
// Any bytes are a message or a refusal; what is read is printed, and what is printed reads back the same; a consumer
// takes what a device sends, in any order, and a provider what a consumer asks.
#include <cstdint>
#include <cstdlib>

#include "sdc/consumer.h"
#include "sdc/discovery.h"
#include "sdc/provider.h"

namespace {

using namespace cordon::sdc;

void require(bool holds) {
  if (!holds) std::abort();
}

Envelope again(const Envelope& envelope) {
  const auto parsed = parse_envelope(cordon::as_bytes(print_envelope(envelope)));
  require(parsed.has_value());
  return *parsed;
}

/// Printing a body that was understood must be stable: what is read of it is printed as it was.
template <class Read, class Print>
void stable(const Element& body, Read read, Print print) {
  const auto first = read(body);
  if (!first) return;
  const Element printed = print(*first);
  const auto second = read(printed);
  require(second.has_value());
  require(print(*second) == printed);
}

void bodies(const Envelope& envelope) {
  stable(envelope.body, read_report, report_element);
  stable(envelope.body, read_mdib, mdib_element);
  stable(envelope.body, read_context_states, context_states_element);
  stable(envelope.body, read_metadata, metadata_element);
  stable(envelope.body, read_subscribe, subscribe_element);
  stable(envelope.body, read_subscribed, subscribed_element);
  stable(envelope.body, read_subscription_end, subscription_end_element);
  stable(envelope.body, read_fault, fault_element);
  if (const auto found = read_discovery(envelope)) {
    const Envelope printed = discovery_envelope(*found, envelope.message_id, envelope.relates_to);
    const auto second = read_discovery(again(printed));
    require(second.has_value());
    for (const auto& device : found->devices) (void)location_of(device.scopes);
  }
}

BedPlan plan() {
  BedPlan out;
  out.address = "urn:uuid:00000000-0000-0000-0000-000000000001";
  out.url = "http://bed/";
  out.numerics = {{"hr", 147842, "HR", 264864, 1}};
  out.waves = {{"ecg", 131329, "ECG", 266418, {}, 0.001}};
  out.alarms = {{"hr.hi",
                 196648,
                 "HR high",
                 Priority::high,
                 ConditionKind::physiological,
                 "hr",
                 Range{},
                 {Manifestation::audible}}};
  return out;
}

/// A consumer that is live with our provider, so that the input meets a loaded MDIB.
Consumer live_consumer(Provider& provider) {
  Consumer consumer({"", "http://bed/", "http://us/", 1, 1});
  const cordon::MonoTime now;
  for (int step = 0; step < 8; ++step) {
    const auto request = consumer.due(now);
    if (!request) break;
    consumer.answered(request->id, cordon::as_bytes(provider.handle(cordon::as_bytes(request->body), now).body), now);
  }
  require(consumer.stage() == Stage::live);
  return consumer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cordon::ByteView bytes(data, size);
  const auto envelope = parse_envelope(bytes);
  if (envelope) {
    require(again(*envelope) == *envelope);
    bodies(*envelope);
  } else if (const auto element = parse_xml(bytes)) {
    const auto second = parse_xml(cordon::as_bytes(print_xml(*element)));
    require(second.has_value() && *second == *element);
  }
  Provider provider(plan());
  Consumer consumer = live_consumer(provider);
  const cordon::MonoTime now;
  (void)consumer.notified(bytes, now);
  (void)consumer.mdib().all();
  (void)provider.handle(bytes, now);
  // The same bytes as the answer to whatever is asked, first of a live consumer, then of a new one.
  Consumer fresh({"", "http://bed/", "http://us/", 1, 1});
  for (Consumer* each : {&consumer, &fresh})
    for (int step = 0; step < 3; ++step)
      if (const auto request = each->due(now + std::chrono::hours{step})) (void)each->answered(request->id, bytes, now);
  (void)fresh.mdib().all();
  return 0;
}
