// SPDX-License-Identifier: Apache-2.0
#include "sdc/mdib.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "sdc/testing.h"

namespace cordon::sdc {
namespace {

using testing::small_bed;
using testing::wall;

Report report_of(ReportKind kind, std::uint64_t version, std::vector<State> states) {
  Report out;
  out.kind = kind;
  out.at = {version, small_bed().sequence, 1};
  ReportPart part;
  part.states = std::move(states);
  out.parts.push_back(std::move(part));
  return out;
}

State numeric(std::string_view handle, std::uint64_t version, std::optional<double> value) {
  State out;
  out.type = "NumericMetricState";
  out.descriptor = handle;
  out.version = version;
  out.value.emplace();
  out.value->value = value;
  out.value->validity = Validity::valid;
  out.value->determined = wall(1'700'000'000'000);
  return out;
}

Mdib loaded() {
  Mdib out;
  out.load(describe(small_bed()));
  return out;
}

TEST(Mdib, ANumberComesWithWhatItIs) {
  Mdib mdib = loaded();
  const Applied applied = mdib.apply(report_of(ReportKind::episodic_metric, 1, {numeric("hr", 1, 72)}));
  EXPECT_EQ(applied.order, Order::applied);
  ASSERT_EQ(applied.readings.numerics.size(), 1U);
  const Numeric& hr = applied.readings.numerics[0];
  EXPECT_EQ(hr.subject.mdc, 147842U);
  EXPECT_EQ(hr.subject.label, "Heart rate");
  EXPECT_EQ(hr.subject.mds, "mds");
  EXPECT_EQ(hr.subject.channel, "channel");
  EXPECT_EQ(hr.unit.ucum, "{beat}/min");
  EXPECT_EQ(hr.value, 72.0);
  EXPECT_EQ(hr.validity, Validity::valid);
  EXPECT_EQ(hr.determined, wall(1'700'000'000'000));
}

TEST(Mdib, NoValueIsInvented) {
  Mdib mdib = loaded();
  const auto none = mdib.apply(report_of(ReportKind::episodic_metric, 1, {numeric("hr", 1, std::nullopt)})).readings;
  EXPECT_EQ(none.numerics.at(0).value, std::nullopt);
  Element body = report_element(report_of(ReportKind::episodic_metric, 2, {numeric("hr", 2, 1)}));
  Element& value = body.children[0].children[0].children[0];
  for (const char* text : {"NaN", "INF", "", "1,5", "12a"}) {
    for (auto& attribute : value.attributes)
      if (attribute.name.local == "Value") attribute.value = text;
    EXPECT_EQ(read_report(body)->parts[0].states[0].value->value, std::nullopt) << text;
    EXPECT_EQ(report_element(*read_report(body)).children[0].children[0].children[0].attribute("Value") != nullptr,
              true);
  }
  const auto samples = read_samples("1 NaN 2.5");
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_TRUE(std::isnan(samples[1]));
  EXPECT_EQ(samples[2], 2.5);
}

TEST(Mdib, AGapIsSaidAndIsFilledByWhatComesLate) {
  Mdib mdib = loaded();
  EXPECT_EQ(mdib.apply(report_of(ReportKind::episodic_metric, 2, {numeric("hr", 2, 80)})).order, Order::gap);
  EXPECT_TRUE(mdib.needs_mdib());
  const Applied late =
      mdib.apply(report_of(ReportKind::episodic_metric, 1, {numeric("spo2", 1, 97), numeric("hr", 1, 60)}));
  EXPECT_EQ(late.order, Order::applied);
  ASSERT_EQ(late.readings.numerics.size(), 1U);  // the heart rate is older than the one known
  EXPECT_EQ(late.readings.numerics[0].subject.handle, "spo2");
  EXPECT_FALSE(mdib.needs_mdib());
}

TEST(Mdib, MoreMissingThanCanBeWaitedForIsLost) {
  Mdib mdib = loaded();
  mdib.apply(report_of(ReportKind::episodic_metric, missing_max + 2, {}));
  EXPECT_TRUE(mdib.needs_mdib());
  for (std::uint64_t version = 1; version <= missing_max + 1; ++version)
    mdib.apply(report_of(ReportKind::episodic_metric, version, {}));
  EXPECT_TRUE(mdib.needs_mdib());
  mdib.load(describe(small_bed()));
  EXPECT_FALSE(mdib.needs_mdib());
  mdib.apply(report_of(ReportKind::episodic_metric, missing_max, {}));
  for (std::uint64_t version = 1; version < missing_max; ++version)
    mdib.apply(report_of(ReportKind::episodic_metric, version, {}));
  EXPECT_FALSE(mdib.needs_mdib());
}

TEST(Mdib, WhatMovedIsFoundByWhatStatesSayAndNotByTheirVersions) {
  const Mdib mdib = loaded();
  MdibContent newer = describe(small_bed());
  for (State& state : newer.states) state.version += 7;
  EXPECT_FALSE(mdib.moved(newer).traces || mdib.moved(newer).others);
  const auto state_of = [&](std::string_view handle) {
    return std::ranges::find(newer.states, handle, &State::descriptor);
  };
  state_of("ecg")->value.emplace().samples = {0.5};
  EXPECT_TRUE(mdib.moved(newer).traces);
  EXPECT_FALSE(mdib.moved(newer).others);
  state_of("hr.limits")->presence = true;
  EXPECT_TRUE(mdib.moved(newer).others);
  EXPECT_TRUE(mdib.describes_traces());
}

TEST(Mdib, AReportThatComesTwiceGivesNoSampleTwice) {
  Mdib mdib = loaded();
  State wave;
  wave.type = "RealTimeSampleArrayMetricState";
  wave.descriptor = "ecg";
  wave.version = 1;
  wave.value.emplace();
  wave.value->samples = {0.1, 0.2};
  const Report report = report_of(ReportKind::waveform, 1, {wave});
  const auto first = mdib.apply(report).readings;
  ASSERT_EQ(first.waves.size(), 1U);
  EXPECT_EQ(first.waves[0].period, Nanos{4'000'000});
  EXPECT_EQ(first.waves[0].unit.ucum, "mV");
  EXPECT_TRUE(mdib.apply(report).readings.waves.empty());
}

TEST(Mdib, AnotherSequenceIsNotMixedIn) {
  Mdib mdib = loaded();
  Report report = report_of(ReportKind::episodic_metric, 1, {numeric("hr", 1, 80)});
  report.at.instance = 2;
  EXPECT_EQ(mdib.apply(report).order, Order::new_sequence);
  EXPECT_EQ(mdib.all().numerics.at(0).value, std::nullopt);
  EXPECT_EQ(Mdib().apply(report).order, Order::no_mdib);
}

TEST(Mdib, AValueOfANewerDescriptorHasNoUnitUntilItIsKnown) {
  Mdib mdib = loaded();
  State state = numeric("hr", 1, 9.6);
  state.descriptor_version = 1;
  const auto readings = mdib.apply(report_of(ReportKind::episodic_metric, 1, {state})).readings;
  EXPECT_FALSE(readings.numerics.at(0).subject.described);
  EXPECT_EQ(readings.numerics.at(0).unit, Unit{});
  EXPECT_TRUE(mdib.needs_mdib());
}

TEST(Mdib, AnUnknownPartAsksForTheMdib) {
  Mdib mdib = loaded();
  EXPECT_EQ(mdib.apply(report_of(ReportKind::episodic_metric, 1, {numeric("new", 1, 1)})).unknown_states, 1U);
  EXPECT_TRUE(mdib.needs_mdib());
}

TEST(Mdib, DescriptionChangesAreTaken) {
  Mdib mdib = loaded();
  Report report = report_of(ReportKind::description, 1, {});
  report.parts[0].modification = Modification::deleted;
  report.parts[0].descriptors = {make_descriptor(DescriptorKind::channel, "channel", "vmd")};
  EXPECT_TRUE(mdib.apply(report).description_changed);
  EXPECT_TRUE(mdib.all().numerics.empty());
  EXPECT_FALSE(mdib.descriptor("ecg"));
  EXPECT_EQ(mdib.all().alarms.size(), 2U);

  Report created = report_of(ReportKind::description, 2, {numeric("temp", 1, 37.2)});
  created.parts[0].modification = Modification::created;
  Descriptor made = make_descriptor(DescriptorKind::numeric, "temp", "mds");
  made.unit = coded(268192, "°C");
  created.parts[0].descriptors = {made};
  EXPECT_EQ(mdib.apply(created).readings.numerics.at(0).unit.ucum, "Cel");
}

TEST(Mdib, ACycleOfParentsEndsNothing) {
  Mdib mdib = loaded();
  Report report = report_of(ReportKind::description, 1, {numeric("a", 1, 1)});
  report.parts[0].descriptors = {make_descriptor(DescriptorKind::numeric, "a", "b"),
                                 make_descriptor(DescriptorKind::vmd, "b", "a")};
  EXPECT_EQ(mdib.apply(report).readings.numerics.size(), 1U);
  report.at.version = 2;
  report.parts[0].modification = Modification::deleted;
  mdib.apply(report);
  EXPECT_FALSE(mdib.descriptor("b"));
}

TEST(Mdib, ListsOfAMessageAreBounded) {
  Element body(ns::msg, "WaveformStream");
  body.set("MdibVersion", "1");
  for (std::size_t i = 0; i <= states_max; ++i)
    body.add(Element(ns::msg, "State")).set("DescriptorHandle", std::to_string(i));
  EXPECT_EQ(read_report(body)->parts[0].states.size(), states_max);
  Element parts(ns::msg, "EpisodicMetricReport");
  for (std::size_t i = 0; i <= parts_max; ++i) parts.add(Element(ns::msg, "ReportPart"));
  EXPECT_EQ(read_report(parts)->parts.size(), parts_max);
  std::string samples;
  for (std::size_t i = 0; i <= samples_max; ++i) samples += "1 ";
  EXPECT_EQ(read_samples(samples).size(), samples_max);
  Element mds(ns::pm, "Mds");
  mds.set("Handle", "mds");
  for (std::size_t i = 0; i < descriptors_max; ++i) mds.add(Element(ns::pm, "Vmd")).set("Handle", std::to_string(i));
  std::vector<Descriptor> descriptors;
  read_tree(mds, {}, descriptors);
  EXPECT_EQ(descriptors.size(), descriptors_max);
}

TEST(Units, BothWaysAndByText) {
  EXPECT_EQ(ucum_of(266016), "mm[Hg]");
  EXPECT_EQ(mdc_of("mm[Hg]"), 266016U);
  EXPECT_EQ(mdc_of("mmHg"), 266016U);
  EXPECT_EQ(mdc_of("°C"), 268192U);
  EXPECT_EQ(mdc_of(""), std::nullopt);
  EXPECT_EQ(mdc_of("furlong"), std::nullopt);
  CodedValue ucum;
  ucum.code = "mm[Hg]";
  ucum.system = "http://unitsofmeasure.org";
  EXPECT_EQ(unit_of(ucum).mdc, 266016U);
  CodedValue other;
  other.code = "266016";
  other.system = "urn:oid:1.2.3";
  EXPECT_EQ(unit_of(other), Unit{});
  other.extras.children.push_back(coded_element(coded(266016, {}), "Translation"));
  EXPECT_EQ(unit_of(other).ucum, "mm[Hg]");
  EXPECT_EQ(unit_of(coded(999999, "odd")), (Unit{999999, "", "odd"}));
}

/// What a state says survives printing and reading, whatever it says.
/// again prints a body, and reads what a network would bring.
Element again(const Element& body) {
  return parse_xml(as_bytes(print_xml(body))).value();
}

TEST(Messages, EveryKindOfReportReadsBackTheSame) {
  const MdibContent bed = describe(small_bed());
  for (int number = 0; number <= static_cast<int>(ReportKind::operation_invoked); ++number) {
    Report report = report_of(static_cast<ReportKind>(number), 7, bed.states);
    ReportPart& part = report.parts.at(0);
    if (report.kind == ReportKind::waveform)  // its states have one type, and no part around them
      std::erase_if(part.states, [](const State& state) { return state.type != "RealTimeSampleArrayMetricState"; });
    if (report.kind != ReportKind::waveform) part.source_mds = "mds";
    if (report.kind == ReportKind::description) part.descriptors = {bed.descriptors.at(0)};
    if (report.kind == ReportKind::system_error) {
      part.error.emplace().code = "12345";
      part.error_info.emplace().text = "sensor <module> & lamp";
    }
    const auto read = read_report(again(report_element(report)));
    ASSERT_TRUE(read) << report_word(report.kind);
    EXPECT_EQ(read->kind, report.kind);
    EXPECT_EQ(read->at, report.at);
    ASSERT_EQ(read->parts.size(), 1U) << report_word(report.kind);
    EXPECT_EQ(read->parts[0].states.size(), part.states.size());
    EXPECT_EQ(read->parts[0].source_mds, part.source_mds);
    EXPECT_EQ(read->parts[0].error, part.error);
    EXPECT_EQ(read->parts[0].error_info, part.error_info);
    EXPECT_EQ(print_xml(report_element(*read)), print_xml(report_element(report)));
  }
}

TEST(Messages, AnEndAndAByeReadBackTheSame) {
  const SubscriptionEnd end{"http://10.9.0.12/all/1", "SourceShuttingDown", "the device <shuts> down"};
  EXPECT_EQ(read_subscription_end(again(subscription_end_element(end))), end);
  const SubscriptionEnd brief{"http://10.9.0.12/all/1", "DeliveryFailure", ""};
  EXPECT_EQ(read_subscription_end(again(subscription_end_element(brief))), brief);
  const std::string bye = print_envelope(Provider(small_bed()).bye());
  const Envelope heard = parse_envelope(as_bytes(bye)).value();
  const auto found = read_discovery(heard);
  ASSERT_TRUE(found && found->devices.size() == 1);
  EXPECT_EQ(found->kind, DiscoveryKind::bye);
  EXPECT_EQ(found->devices[0].address, small_bed().address);
  EXPECT_EQ(print_envelope(discovery_envelope(*found, heard.message_id, heard.relates_to)), bye);
}

TEST(Messages, AStateReadsBackTheSame) {
  EXPECT_TRUE(rc::check("states", [](std::uint64_t version, double value, bool presence) {
    State state = numeric("hr", version, std::isfinite(value) ? std::optional(value) : std::nullopt);
    state.activation = *rc::gen::element(Activation::on, Activation::off, Activation::standby, Activation::failure);
    state.value->samples = *rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(-9999, 9999), [](int x) { return x / 1000.0; }));
    state.value->validity =
        *rc::gen::element(Validity::valid, Validity::questionable, Validity::unavailable, Validity::overflow);
    state.presence = presence;
    state.actual_priority = *rc::gen::element(Priority::none, Priority::low, Priority::medium, Priority::high);
    state.association = Association::associated;
    state.identifiers.push_back({"root", "1", {}});
    const Element printed = state_element(state, ns::pm, "State");
    const Element again = parse_xml(as_bytes(print_xml(printed))).value();
    const State read = read_state(again);
    RC_ASSERT(again == printed);
    RC_ASSERT(state_element(read, ns::pm, "State") == printed);
    RC_ASSERT(read.value->value == state.value->value);
    RC_ASSERT(read.value->samples == state.value->samples);
    RC_ASSERT(read.presence == state.presence);
    RC_ASSERT(read.actual_priority == state.actual_priority);
    RC_ASSERT(read.version == version);
  }));
}

TEST(Messages, DescriptorsReadBackTheSame) {
  const MdibContent made = describe(small_bed());
  const MdibContent read = read_mdib(parse_xml(as_bytes(print_xml(mdib_element(made)))).value()).value();
  ASSERT_EQ(read.descriptors.size(), made.descriptors.size());
  for (const auto& each : made.descriptors)
    EXPECT_NE(std::find(read.descriptors.begin(), read.descriptors.end(), each), read.descriptors.end()) << each.handle;
  EXPECT_EQ(read.at, made.at);
}

}  // namespace
}  // namespace cordon::sdc
