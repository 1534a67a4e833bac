// SPDX-License-Identifier: Apache-2.0
// What programs that no one here wrote (sdc11073, and sdclib: sdclib-*) send, against another reader of XML
// (tests/captures/sdc_expected.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <set>

#include "sdc/consumer.h"
#include "sdc/testing.h"

namespace cordon::sdc {
namespace {

using testing::recorded;
using testing::recorded_envelope;

constexpr const char* folder = "tests/captures/sdc";

std::vector<std::string> recordings() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".xml") out.push_back(entry.path().filename());
  return out;
}

std::string number(std::optional<double> value) {
  char out[64];
  if (!value) return "-";
  std::snprintf(out, sizeof out, "%.15g", *value);
  return out;
}
std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}
std::string time_of(std::optional<WallTime> at) {
  return at ? print_timestamp(*at) : "-";
}
template <class E>
std::string word_of(std::optional<E> value) {
  return value ? print_word(*value) : "-";
}

std::string wave_line(const std::string& handle, std::optional<Validity> validity, std::optional<WallTime> determined,
                      const std::vector<double>& samples) {
  std::string out = "wave " + handle + " " + word_of(validity) + " " + time_of(determined);
  for (const double sample : samples) out += " " + number(sample);
  return out;
}

std::string metric_line(const State& state) {
  if (!state.value) return {};
  const MetricValue& value = *state.value;
  if (state.type == "NumericMetricState")
    return "numeric " + state.descriptor + " " + number(value.value) + " " + word_of(value.validity) + " " +
           time_of(value.determined);
  if (state.type != "RealTimeSampleArrayMetricState") return {};
  return wave_line(state.descriptor, value.validity, value.determined, value.samples);
}

std::string state_line(const State& state) {
  if (state.type.ends_with("AlertConditionState"))
    return "alarm " + state.descriptor + " " + (state.presence ? *state.presence ? "true" : "false" : "-") + " " +
           word_of(state.activation) + " " + time_of(state.determined);
  if (state.type == "AlertSignalState") return "signal " + state.descriptor + " " + word_of(state.signal);
  if (state.type == "LocationContextState")
    return "location " + or_dash(state.location->facility) + " " + or_dash(state.location->point_of_care) + " " +
           or_dash(state.location->bed);
  if (state.type == "PatientContextState")
    return "patient " + or_dash(state.person->family_name) + " " + word_of(state.association);
  return metric_line(state);
}

std::string descriptor_line(const Descriptor& from) {
  if (!from.type.ends_with("MetricDescriptor") && !from.type.ends_with("ConditionDescriptor")) return {};
  std::string out = "descriptor " + from.type + " " + from.handle + " " + (from.code ? from.code->code : "-");
  if (from.unit) out += " " + from.unit->code;
  if (from.sample_period) out += " " + print_duration(*from.sample_period);
  if (from.type.ends_with("AlertConditionDescriptor"))
    out += " " + word_of(from.priority) + " " + word_of(from.condition_kind);
  return out;
}

std::multiset<std::string> expected_lines() {
  std::multiset<std::string> out;
  std::ifstream file(std::string(folder) + "/expected.txt");
  for (std::string line; std::getline(file, line);) out.insert(line);
  return out;
}

void add(std::multiset<std::string>& to, const std::string& name, const std::vector<Descriptor>& descriptors,
         const std::vector<State>& states) {
  for (const auto& each : descriptors)
    if (const std::string line = descriptor_line(each); !line.empty()) to.insert(name + ": " + line);
  for (const auto& each : states)
    if (const std::string line = state_line(each); !line.empty()) to.insert(name + ": " + line);
}

TEST(Recordings, EveryValueIsWhatAnotherReaderFinds) {
  std::multiset<std::string> found;
  for (const std::string& name : recordings()) {
    const Envelope envelope = recorded_envelope(name);
    if (const auto mdib = read_mdib(envelope.body)) add(found, name, mdib->descriptors, mdib->states);
    if (const auto contexts = read_context_states(envelope.body)) add(found, name, {}, contexts->states);
    if (const auto report = read_report(envelope.body))
      for (const auto& part : report->parts) add(found, name, part.descriptors, part.states);
  }
  const auto expected = expected_lines();
  EXPECT_GT(expected.size(), 100U);
  EXPECT_EQ(found, expected);
}

/// sorted puts what the order of a message does not matter for in one order, so that two elements can be compared.
Element sorted(Element element) {
  std::sort(element.attributes.begin(), element.attributes.end(), [](const Attribute& a, const Attribute& b) {
    return a.name.space + a.name.local < b.name.space + b.name.local;
  });
  for (auto& child : element.children) child = sorted(std::move(child));
  const auto place = [](const Element& child) {  // of metadata the order of the sections does not matter
    const std::string* dialect = child.attribute("Dialect");
    return child.name.local + ' ' + (dialect != nullptr ? *dialect : "");
  };
  std::stable_sort(element.children.begin(), element.children.end(),
                   [&](const Element& a, const Element& b) { return place(a) < place(b); });
  return element;
}

/// is_empty_name: a part of metadata that names nothing.
bool is_empty_name(const Element& part) {
  const bool is_name = part.name.is(ns::dpws, "Manufacturer") || part.name.is(ns::dpws, "ThisModel") ||
                       part.name.is(ns::mex, "MetadataSection");
  return is_name && part.text.empty() && part.children.empty();
}

/// one_way writes in one way what may be written in several: a version of 0 or none, PT1M or PT60S, an empty name or
/// none.
Element one_way(Element element) {
  std::erase_if(element.attributes, [](const Attribute& a) {
    return a.value == "0" && (a.name.local == "DescriptorVersion" || a.name.local == "StateVersion" ||
                              a.name.local == "DescriptionVersion" || a.name.local == "MdibVersion");
  });
  if (element.name.is(ns::wse, "Expires")) element.text = print_duration(read_duration(element.text).value());
  for (auto& child : element.children) child = one_way(std::move(child));
  std::erase_if(element.children, is_empty_name);
  return element;
}

std::string comparable(const std::string& message) {
  return print_xml(sorted(one_way(parse_xml(as_bytes(message)).value())));
}

template <class Read, class Print>
bool reprint(Element& body, Read read, Print print) {
  const auto found = read(body);
  if (!found) return false;
  body = print(*found);
  return true;
}

Element untyped_waves(Element stream) {
  for (auto& state : stream.children)
    std::erase_if(state.attributes, [](const Attribute& a) { return a.name.is(ns::xsi, "type"); });
  return stream;
}
/// report_as_sent: a wave stream says no type of its states, whose type it is; we say it.
Element report_as_sent(const Report& report) {
  return report.kind == ReportKind::waveform ? untyped_waves(report_element(report)) : report_element(report);
}

bool reprint_managing(Element& body) {
  if (const auto what = read_manage(body)) {
    body = manage_element(*what, expires_in(body));
    return true;
  }
  for (const Manage what : {Manage::renew, Manage::get_status})
    if (body.name.is(ns::wse, std::string(manage_word(what)) + "Response")) {
      body = managed_element(what, expires_in(body));
      return true;
    }
  return false;
}

bool reprint_question(Element& body) {
  if (is_get_mdib(body)) {
    body = get_mdib_element();
  } else if (body.name.is(ns::mex, "GetMetadata")) {
    body = get_metadata_element();
  } else {
    return reprint(body, read_get_context_states, get_context_states_element);
  }
  return true;
}

/// printed_again prints what the codec understood of a message; nothing where it knows no such message.
std::optional<std::string> printed_again(Envelope envelope) {
  if (const auto found = read_discovery(envelope))
    return print_envelope(discovery_envelope(*found, envelope.message_id, envelope.relates_to));
  Element& body = envelope.body;
  const bool is_known =
      body.name.local.empty() || reprint(body, read_report, report_as_sent) || reprint(body, read_mdib, mdib_element) ||
      reprint(body, read_context_states, context_states_element) || reprint(body, read_metadata, metadata_element) ||
      reprint(body, read_fault, fault_element) || reprint(body, read_subscribe, subscribe_element) ||
      reprint(body, read_subscribed, subscribed_element) || reprint_managing(body) || reprint_question(body);
  return is_known ? std::optional(print_envelope(envelope)) : std::nullopt;
}

TEST(Recordings, EveryMessageThatIsReadAndPrintedSaysWhatItSaid) {
  std::set<std::string> kinds;
  for (const std::string& name : recordings()) {
    const Envelope envelope = recorded_envelope(name);
    kinds.insert(envelope.action);
    const auto printed = printed_again(envelope);
    ASSERT_TRUE(printed) << name;
    EXPECT_EQ(comparable(*printed), comparable(recorded(name))) << name;
  }
  EXPECT_GE(kinds.size(), 34U) << "requests, answers, faults, reports and discovery";
}

TEST(Recordings, WhatBecameOfAnOrderOfSomebodyElseIsReadAndPrinted) {
  const Envelope envelope = recorded_envelope("pat-OperationInvokedReport.xml");
  const auto report = read_report(envelope.body);
  ASSERT_TRUE(report && report->parts.size() == 1);
  EXPECT_EQ(report->kind, ReportKind::operation_invoked);
  EXPECT_EQ(envelope.action, report_action(report->kind));
  EXPECT_EQ(report->at.version, 755U);
  EXPECT_TRUE(report->parts[0].states.empty());
  const std::string printed = print_xml(report_element(*report));
  for (const char* said : {"set_context_0.sco.mds_0", "TransactionId", ">Wait<", "AnonymousSdcParticipant"})
    EXPECT_NE(printed.find(said), std::string::npos) << said;
}

TEST(Recordings, ThePeersQuestionsAreAnswered) {
  Provider provider(testing::small_bed());
  for (const char* name :
       {"pat-Get.xml", "pat-GetMetadata.xml", "pat-Subscribe.xml", "pat-GetMdib.xml", "pat-GetContextStates.xml"}) {
    const Reply reply = provider.handle(as_bytes(recorded(name)), testing::at(1));
    EXPECT_EQ(reply.status, 200) << name << reply.body;
    EXPECT_EQ(parse_envelope(as_bytes(reply.body))->relates_to, recorded_envelope(name).message_id);
  }
  const Reply unknown = provider.handle(as_bytes(recorded("pat-Renew.xml")), testing::at(1));
  EXPECT_EQ(unknown.status, 400) << "of a subscription that another device gave";
  const auto asked = read_subscribe(recorded_envelope("pat-Subscribe.xml").body);
  EXPECT_EQ(asked->expires, std::chrono::minutes{1});
  EXPECT_EQ(asked->notify_to, "http://10.9.0.1:60591/5edf471dd4db4b86a1db22502693942c/subscr1");
  EXPECT_FALSE(provider.set_numeric("hr", 72, Validity::valid, testing::wall(1), testing::at(2)).empty());
}

TEST(Recordings, DiscoveryNamesTheBed) {
  const auto hello = read_discovery(recorded_envelope("pat-wsd-Hello.xml"));
  ASSERT_TRUE(hello && hello->devices.size() == 1);
  const Device& device = hello->devices[0];
  EXPECT_EQ(hello->kind, DiscoveryKind::hello);
  EXPECT_EQ(hello->sequence, (AppSequence{346703715, 1}));
  EXPECT_EQ(device.address, "urn:uuid:11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(device.urls,
            std::vector<std::string>{"http://10.9.0.2:58857/urn:uuid:11111111-2222-3333-4444-555555555555"});
  EXPECT_TRUE(is_medical(device));
  EXPECT_EQ(location_of(device.scopes)->bed, "bed1");
  EXPECT_EQ(location_of(device.scopes)->facility, "fac1");
  EXPECT_EQ(location_of(device.scopes)->point_of_care, "poc1");
  const auto matches = read_discovery(recorded_envelope("001-ProbeMatches.xml"));
  EXPECT_EQ(location_of(matches->devices.at(0).scopes)->bed, "BED12");
  EXPECT_EQ(read_discovery(recorded_envelope("pat-wsd-ResolveMatches.xml"))->kind, DiscoveryKind::resolve_matches);
}

TEST(Recordings, MetadataNamesTheServices) {
  const auto metadata = read_metadata(recorded_envelope("003-GetResponse.xml").body);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->manufacturer, "sim");
  EXPECT_EQ(metadata->model, "BedSim");
  EXPECT_EQ(metadata->friendly_name, "BED12");
  ASSERT_NE(metadata->hosting("GetService"), nullptr);
  EXPECT_TRUE(metadata->hosting("GetService")->urls[0].ends_with("/Get"));
  EXPECT_TRUE(metadata->hosting("WaveformService")->urls[0].ends_with("/StateEvent"));
  EXPECT_EQ(metadata->hosting("NoService"), nullptr);
  EXPECT_EQ(read_metadata(metadata_element(*metadata)), metadata);
  EXPECT_TRUE(metadata_element({}).children.empty()) << "what was not said is not printed";
  EXPECT_FALSE(read_metadata(recorded_envelope("004-GetMetadataResponse.xml").body)->other.empty());
}

TEST(Recordings, SubscriptionsAndFaults) {
  const auto subscribed = read_subscribed(recorded_envelope("005-SubscribeResponse.xml").body);
  ASSERT_TRUE(subscribed);
  EXPECT_EQ(subscribed->expires, Nanos{15'000'000'000});
  EXPECT_NE(subscribed->manager.find("/StateEvent/"), std::string::npos);
  EXPECT_EQ(expires_in(recorded_envelope("074-RenewResponse.xml").body), Nanos{15'000'000'000});
  EXPECT_EQ(expires_in(recorded_envelope("075-GetStatusResponse.xml").body), Nanos{15'000'000'000});
  EXPECT_EQ(read_fault(recorded_envelope("157-RenewFault.xml").body),
            (Fault{"Receiver", braced(ns::wse, "InvalidMessage"), "unknown Subscription identifier", "en-US"}));
  EXPECT_TRUE(recorded_envelope("158-UnsubscribeResponse.xml").body.name.local.empty());
  EXPECT_EQ(read_manage(recorded_envelope("pat-Unsubscribe.xml").body), Manage::unsubscribe);
}

TEST(Recordings, AConsumerGoesLiveOnThem) {
  const std::string address = read_metadata(recorded_envelope("003-GetResponse.xml").body)->host;
  Consumer consumer({address, "http://127.0.0.1/", "http://127.0.0.1/n", 1, 1});
  const MonoTime now = testing::at(1);
  for (const char* name : {"003-GetResponse.xml", "005-SubscribeResponse.xml", "006-GetMdibResponse.xml"}) {
    const auto request = consumer.due(now);
    ASSERT_TRUE(request) << name;
    EXPECT_TRUE(consumer.answered(request->id, as_bytes(recorded(name)), now).troubles.empty()) << name;
  }
  EXPECT_EQ(consumer.stage(), Stage::live);
  const Readings all = consumer.mdib().all();
  EXPECT_EQ(all.numerics.size(), 44U);
  EXPECT_EQ(all.waves.size(), 18U);
  ASSERT_EQ(all.locations.size(), 1U);
  EXPECT_EQ(all.locations[0].location.bed, "BED12");

  const Outcome waves = consumer.notified(as_bytes(recorded("008-WaveformStream.xml")), now);
  ASSERT_TRUE(waves.applied && waves.troubles.empty());
  ASSERT_EQ(waves.applied->readings.waves.size(), 3U);
  const auto expected = expected_lines();
  for (const Wave& each : waves.applied->readings.waves) {
    const std::string line = wave_line(each.subject.handle, each.validity, each.determined, each.samples);
    EXPECT_TRUE(expected.contains("008-WaveformStream.xml: " + line)) << line;
  }
  const Wave& wave = waves.applied->readings.waves[0];
  EXPECT_EQ(wave.subject.handle, "0x34F05505");
  EXPECT_EQ(wave.samples.size(), 25U);
  EXPECT_DOUBLE_EQ(wave.samples[0], -0.0691);
  ASSERT_TRUE(wave.period.has_value());

  const Outcome numbers = consumer.notified(as_bytes(recorded("009-EpisodicMetricReport.xml")), now);
  ASSERT_TRUE(numbers.applied && numbers.troubles.empty());
  EXPECT_EQ(numbers.applied->readings.numerics.size(), 8U);
  EXPECT_EQ(consumer.mdib().at().version, 476U);

  // The alert came 78 versions later: what was skipped is said, and the alarm is given all the same.
  const Outcome alarm = consumer.notified(as_bytes(recorded("089-EpisodicAlertReport.xml")), now);
  ASSERT_TRUE(alarm.applied);
  EXPECT_EQ(alarm.applied->order, Order::gap);
  ASSERT_EQ(alarm.applied->readings.alarms.size(), 1U);
  EXPECT_EQ(alarm.applied->readings.alarms[0].presence, true);
  EXPECT_EQ(alarm.applied->readings.alarms[0].subject.handle, "0xD3C00108");
  ASSERT_EQ(alarm.troubles.size(), 1U);
  EXPECT_EQ(alarm.troubles[0].kind, TroubleKind::lost_messages);
}

}  // namespace
}  // namespace cordon::sdc
