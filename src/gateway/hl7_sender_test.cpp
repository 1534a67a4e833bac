// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_sender.h"
#include "gateway/inputs_testing.h"

#include <gtest/gtest.h>

#include "hl7/interpret.h"
#include "hl7/messages_test.inc"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using Refusal = Hl7Place::Refusal;

/// Address is one address whose messages are placed.
struct Address {
  explicit Address(std::size_t devices_max = 64)
      : sender("10.0.0.5", {}, devices_max,
               std::make_shared<Hl7Known>(std::vector<KnownDevice>(), [this](const auto& d) { return beds[d]; })) {}
  /// one of a station that knew these devices when it began.
  explicit Address(const std::vector<KnownDevice>& known)
      : sender("10.0.0.5", {}, 64,
               std::make_shared<Hl7Known>(known, [this](const std::string& d) { return beds[d]; })) {
    for (const KnownDevice& device : known) beds[device.identity.device] = device.bed;
  }
  /// device gives the name of the device that a message is about, or why there is none.
  std::string device(std::string_view bytes, std::uint64_t connection = 1) {
    const auto message = hl7::parse(bytes);
    EXPECT_TRUE(message);
    const hl7::Report report = hl7::interpret(*message);
    Hl7Place place = sender.place(report, connection, now, [this] { return ++links; });
    for (const event::BedsideInput& input : place.before) gone.push_back(std::get<event::DeviceGone>(input).link);
    link = place.link != nullptr ? place.link->link() : 0;
    if (place.link != nullptr) {
      for (const auto& said : all<event::DeviceHeard>(place.link->take({report, now, "10.0.0.5"})))
        heard = said.identity;
      return place.link->device();
    }
    return place.refusal == Refusal::nobody    ? "(nobody)"
           : place.refusal == Refusal::crowded ? "(crowded)"
                                               : "(ambiguous)";
  }
  std::map<std::string, std::string> beds;  // as a person has placed them
  Hl7Sender sender;
  WallTime now = noon;
  std::uint64_t links = 0;
  std::uint64_t link = 0;
  std::vector<std::uint64_t> gone;
  event::DeviceIdentity heard;  // what was said of a device last
};

/// known is a device of the logbook.
KnownDevice known(const std::string& device, const std::string& place, const std::string& bed = "",
                  const std::string& serial = "") {
  return {{device, event::Protocol::hl7, "10.0.0.5", "", "", serial, "", place}, bed};
}

std::string with(std::string_view message, std::string_view from, std::string_view to) {
  std::string out(message);
  EXPECT_NE(out.find(from), std::string::npos) << from;
  out.replace(out.find(from), from.size(), to);
  return out;
}

/// of gives numerics of a sender that states what is given.
std::string of(const std::string& sender, const std::string& place, const std::string& own) {
  return "MSH|^~\\&|" + sender + "||||20221203211500||ORU^R01|1|P|2.6\rPV1||I|" + place +
         "\rOBR|1|||x\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.2.1.1|60|||||R||||||||" + own + "\r";
}

TEST(Hl7Sender, ADeviceIsCalledByWhatItSaysElseByItsBedElseByItsSender) {
  Address a;
  EXPECT_EQ(a.device(hl7::golden::gateway), "hl7:0277000000000001/mon-12");
  EXPECT_EQ(a.device(hl7::golden::low_saturation), "hl7:0277000000000002/bed-9");
  EXPECT_EQ(a.device(hl7::golden::watchdog), "hl7:0277000000000004/mon-4");
  EXPECT_EQ(a.device(hl7::golden::waves), "hl7:0277000000000005/bed REA^12^B");
  EXPECT_EQ(a.device(hl7::golden::demonstration), "hl7:0277000000000006") << "the sender is the device";
  EXPECT_EQ(a.device(hl7::golden::advisory), "hl7:LAB_MURAL/bed REA^12^B^CHV") << "its OBX-18 names the gateway";
  EXPECT_EQ(a.device(hl7::golden::flagged_waves), "hl7:Lab_eGateway/bed REA^BED7");
  EXPECT_EQ(a.device(of("LAB", "", "")), "hl7:LAB");
}

TEST(Hl7Sender, BedsThatDifferInAnyPartOfPv1AreNeverOneDevice) {
  Address a;
  std::set<std::string> devices;
  for (const char* place : {"REA^BED7", "REA^BED8", "OR^BED7", "11C", "REA^^7", "REA^7", "^^Lab1&5&1", "^^Lab1&6&1"}) {
    devices.insert(a.device(of("GATEWAY^0277^EUI-64", place, "")));
  }
  EXPECT_EQ(devices.size(), 8U);
  // Names that are cut differ as well.
  const std::string ward(200, 'W');
  EXPECT_NE(a.device(of("GATEWAY", ward + "^1", "")), a.device(of("GATEWAY", ward + "^2", "")));
}

TEST(Hl7Sender, NumericsAndWavesOfABedAreOneDeviceOverTwoConnections) {
  Address a;
  const std::string device = a.device(hl7::golden::feed_numerics, 1);
  EXPECT_EQ(device, "hl7:10.0.0.5/REA-01~LAB9") << "DEC and WFM are no senders";
  const std::uint64_t link = a.link;
  EXPECT_EQ(a.device(hl7::golden::feed_waves, 2), device);
  EXPECT_EQ(a.link, link);
  EXPECT_TRUE(a.sender.leave(1, noon, "closed").empty()) << "the waves still come";
  EXPECT_EQ(a.sender.leave(2, noon, "closed").size(), 1U);
  EXPECT_EQ(a.sender.devices(), 0U);
}

TEST(Hl7Sender, WhatStatesTheBedAloneIsOfTheDeviceThatNamesItselfThere) {
  Address a;
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/bed REA^^5");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "mon-5")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(a.gone, std::vector<std::uint64_t>{1}) << "it was the same";
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "pump-1")), "hl7:GATEWAY/pump-1") << "two that name themselves are two";
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/bed REA^^5") << "of which of both is not said";
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "mon-5")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(a.gone.size(), 1U);
}

/// alarm gives a report of an alarm, which states what is given.
std::string alarm(const std::string& place, const std::string& own, const std::string& phase = "start",
                  const std::string& words = "ASYSTOLE", const std::string& sender = "GATEWAY") {
  return "MSH|^~\\&|" + sender + "||||20221203211500||ORU^R40|1|P|2.6\rPV1||I|" + place + "\rOBR|1|" + words + phase +
         "|" + words + phase + "|196616^MDC_EVT_ALARM^MDC|||||||||||||||||||||||||^" + words +
         "start\rOBX|1|ST|196614^MDC_EVT_ASYSTOLE^MDC|1.2.1.147842.1|" + words + "|||PH~SP|||F|||||||" + own +
         "\rOBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.2.1.147842.3|" + phase + "||||||F\r";
}

TEST(Hl7Sender, AnAlarmThatAloneStatesTheDeviceIsToldWhereItsNumbersStand) {
  Address a;
  const std::string at_bed = a.device(of("GATEWAY", "REA^^5", ""));
  EXPECT_EQ(at_bed, "hl7:GATEWAY/bed REA^^5");
  a.beds[at_bed] = "R8";
  EXPECT_EQ(a.device(alarm("REA^^5", "mon-5")), at_bed);
  EXPECT_EQ(a.heard.serial, "") << "it is the one that a person confirmed, and in no doubt";
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), at_bed);
  EXPECT_TRUE(a.gone.empty());
  a.sender.leave(1, noon, "closed");
  EXPECT_EQ(a.device(alarm("REA^^5", "mon-5"), 2), at_bed) << "connected anew";
  Address killed({known(at_bed, "REA^^5", "R8")});
  EXPECT_EQ(killed.device(alarm("REA^^5", "mon-5")), at_bed);
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^5", "")), at_bed);
  EXPECT_EQ(killed.device(alarm("REA^^6", "mon-6")), "hl7:GATEWAY/mon-6") << "of another bed, where nobody was placed";
}

TEST(Hl7Sender, AnAlarmThatNamedItsDeviceBeforeItWasPlacedTakesNoNumbersAwayLater) {
  Address a({known("hl7:GATEWAY/mon-5", "REA^^5", "", "mon-5"), known("hl7:GATEWAY/bed REA^^5", "REA^^5", "R8")});
  EXPECT_EQ(a.device(alarm("REA^^5", "mon-5")), "hl7:GATEWAY/bed REA^^5");
  a.beds = {{"hl7:GATEWAY/mon-5", "R8"}};
  EXPECT_EQ(a.device(alarm("REA^^5", "mon-5", "end")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(a.heard.serial, "mon-5") << "stated by its alarms alone, and known";
}

TEST(Hl7Sender, APumpOfTheRoomTakesNeitherTheMonitorsPlaceNorItsMessages) {
  Address named;
  EXPECT_EQ(named.device(of("GATEWAY", "REA^^5", "mon-5")), "hl7:GATEWAY/mon-5");
  named.beds["hl7:GATEWAY/mon-5"] = "R8";
  EXPECT_EQ(named.device(of("GATEWAY", "REA^^5", "pump-1")), "hl7:GATEWAY/pump-1");
  EXPECT_EQ(named.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/mon-5");
  named.beds["hl7:GATEWAY/pump-1"] = "R8";
  EXPECT_EQ(named.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/mon-5") << "heard first";
  Address killed(
      {known("hl7:GATEWAY/mon-5", "REA^^5", "R8", "mon-5"), known("hl7:GATEWAY/a-pump", "REA^^5", "R8", "a-pump")});
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(killed.heard.serial, "mon-5");
  killed.beds["hl7:GATEWAY/a-pump"] = "R9";
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/bed REA^^5") << "of R8 or of R9";
  Address bare;
  const std::string at_bed = bare.device(of("GATEWAY", "REA^^5", ""));
  bare.beds[at_bed] = "R8";
  EXPECT_EQ(bare.device(of("GATEWAY", "REA^^5", "pump-1")), "hl7:GATEWAY/pump-1");
  EXPECT_EQ(bare.device(of("GATEWAY", "REA^^5", "")), at_bed);
  EXPECT_EQ(bare.device(alarm("REA^^5", "mon-5")), at_bed);
  EXPECT_TRUE(bare.gone.empty());
}

TEST(Hl7Sender, AnAlarmEndsWhereItBegan) {
  Address a({known("hl7:GATEWAY/bed REA^^5", "REA^^5", "R8"), known("hl7:GATEWAY/pump-1", "REA^^5", "", "pump-1")});
  EXPECT_EQ(a.device(alarm("REA^^5", "pump-1", "start", "OCCLUSION")), "hl7:GATEWAY/bed REA^^5");
  a.beds["hl7:GATEWAY/pump-1"] = "R8";
  EXPECT_EQ(a.device(alarm("REA^^5", "pump-1", "start", "EMPTY")), "hl7:GATEWAY/pump-1");
  EXPECT_EQ(a.device(alarm("REA^^5", "pump-1", "end", "OCCLUSION")), "hl7:GATEWAY/bed REA^^5");
  EXPECT_EQ(a.device(alarm("REA^^5", "pump-1", "start", "OCCLUSION")), "hl7:GATEWAY/pump-1") << "another one";
}

TEST(Hl7Sender, ASendersNameIsNoPartOfAnothers) {
  Address a({known("hl7:GATEWAY2/mon-5", "REA^^5", "R8", "mon-5")});
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/bed REA^^5") << "nobody of this sender was placed";
  EXPECT_EQ(a.device(alarm("REA^^5", "mon-9")), "hl7:GATEWAY/mon-9");
}

TEST(Hl7Sender, ALabelThatIsSetKeepsTheDeviceAndAnotherBedIsAnotherDevice) {
  Address a;
  const std::string alone = with(hl7::golden::demonstration, "REA^^^CHV", "");
  EXPECT_EQ(a.device(alone), "hl7:0277000000000006");
  EXPECT_EQ(a.device(hl7::golden::demonstration), "hl7:0277000000000006");
  EXPECT_EQ(a.heard.place, "REA^^^CHV");
  const std::string other = with(hl7::golden::demonstration, "REA^^^CHV", "REA^^9^CHV");
  EXPECT_EQ(a.device(other), "hl7:0277000000000006/bed REA^^9^CHV");
  EXPECT_EQ(a.heard.place, "REA^^9^CHV");
  EXPECT_EQ(a.device(hl7::golden::demonstration), "hl7:0277000000000006") << "each bed keeps its device";
  EXPECT_EQ(a.device(alone), "(ambiguous)");
  EXPECT_EQ(a.device(other, 2), "hl7:0277000000000006/bed REA^^9^CHV");
  EXPECT_EQ(a.device(alone, 2), "hl7:0277000000000006/bed REA^^9^CHV") << "this connection spoke of one bed alone";
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^1", "same")), "hl7:GATEWAY/same");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^2", "same")), "hl7:GATEWAY/same/bed REA^^2");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^1", "same")), "hl7:GATEWAY/same");
  EXPECT_TRUE(a.gone.empty()) << "neither takes the other's place";
}

TEST(Hl7Sender, AMonitorThatWasCarriedIsCalledAfterARestartAsBefore) {
  const KnownDevice left = known("hl7:GATEWAY/mon", "REA^^1", "R7", "mon");
  const KnownDevice carried = known("hl7:GATEWAY/mon/bed REA^^2", "REA^^2", "R8", "mon");
  Address both({left, carried});
  EXPECT_EQ(both.device(of("GATEWAY", "REA^^2", "mon")), "hl7:GATEWAY/mon/bed REA^^2");
  EXPECT_EQ(both.device(of("GATEWAY", "REA^^1", "mon")), "hl7:GATEWAY/mon") << "a second one of that name";
  Address killed({left});
  EXPECT_EQ(killed.device(of("GATEWAY", "", "mon")), "hl7:GATEWAY/mon");
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^2", "mon")), "hl7:GATEWAY/mon/bed REA^^2")
      << "carried while nobody heard it, or too late for the logbook";
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^1", "mon")), "hl7:GATEWAY/mon");
  Address alone({carried});
  EXPECT_EQ(alone.device(of("GATEWAY", "", "mon")), "(ambiguous)") << "nobody said yet where it is";
  EXPECT_EQ(alone.device(of("GATEWAY", "REA^^2", "mon")), "hl7:GATEWAY/mon/bed REA^^2");
  EXPECT_EQ(alone.device(of("GATEWAY", "", "mon")), "hl7:GATEWAY/mon/bed REA^^2");
  EXPECT_EQ(alone.heard.serial, "mon");
  EXPECT_EQ(alone.heard.place, "REA^^2");
}

TEST(Hl7Sender, WhatIsKnownOutlastsAllConnections) {
  const auto everybody = std::make_shared<Hl7Known>();
  Address before, later, elsewhere;
  before.sender = Hl7Sender("10.0.0.5", {}, 64, everybody);
  later.sender = Hl7Sender("10.0.0.5", {}, 64, everybody);
  elsewhere.sender = Hl7Sender("10.0.0.6", {}, 64, everybody);
  EXPECT_EQ(before.device(of("GATEWAY", "REA^^1", "mon")), "hl7:GATEWAY/mon");
  EXPECT_EQ(later.device(of("GATEWAY", "REA^^2", "mon")), "hl7:GATEWAY/mon/bed REA^^2");
  EXPECT_EQ(elsewhere.device(of("GATEWAY", "REA^^3", "mon")), "hl7:GATEWAY/mon") << "it claims to be that one";
  EXPECT_EQ(later.device(of("GATEWAY", "REA^^1", "mon")), "hl7:GATEWAY/mon");
  EXPECT_EQ(later.device(of("GATEWAY", "REA^^3", "mon")), "hl7:GATEWAY/mon/bed REA^^3") << "who claims changes nothing";
  KnownDevice claimed = known("hl7:GATEWAY/mon", "REA^^1", "R7", "mon");
  claimed.confirmed = claimed.identity;
  claimed.identity.address = "10.0.0.6";
  claimed.identity.place = "REA^^3";
  Address killed({claimed});
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^3", "mon")), "hl7:GATEWAY/mon/bed REA^^3");
  EXPECT_EQ(killed.device(of("GATEWAY", "REA^^1", "mon")), "hl7:GATEWAY/mon");
}

TEST(Hl7Sender, OfHowManyAddressesADeviceIsKnownIsBounded) {
  Hl7Known all;
  for (std::size_t i = 0; i <= hl7_addresses_known_max; ++i)
    all.note("hl7:G/1", "10.0.1." + std::to_string(i), {"1", ""});
  EXPECT_EQ(all.stated("hl7:G/1", "10.0.1.15").place, "1");
  EXPECT_EQ(all.stated("hl7:G/1", "10.0.1.16").place, "");
}

TEST(Hl7Sender, WhoIsKnownIsBoundedAndNoneAtABedGivesWay) {
  Hl7Known all({known("hl7:GATEWAY/mon", "REA^^1", "R7", "mon")},
               [](const std::string& device) { return device == "hl7:GATEWAY/mon" ? "R7" : ""; });
  for (std::size_t i = 0; i <= hl7_known_max; ++i) all.note("hl7:" + std::to_string(i), "10.0.0.5", {"REA^^1", ""});
  EXPECT_EQ(all.stated("hl7:GATEWAY/mon", "10.0.0.5").place, "REA^^1");
  EXPECT_EQ(all.stated("hl7:0", "10.0.0.5").place, "");
  EXPECT_EQ(all.stated("hl7:2", "10.0.0.5").place, "REA^^1");
}

constexpr std::string_view bare_beat =
    "MSH|^~\\&|GATEWAY||||20221203||ORU^R40|1|P|2.6\rOBR|1|||196616^MDC_EVT_ALARM^MDC\r"
    "OBX|1|ST|198200^MDC_EVT_WATCHDOG^MDC|1.0.0.1|continue||<2000\r";

TEST(Hl7Sender, AHeartbeatThatNamesNobodyIsOfNoBedOfAGateway) {
  Address a;
  EXPECT_EQ(a.device(bare_beat), "(nobody)");
  EXPECT_EQ(a.device(of("GATEWAY", "REA^^5", "")), "hl7:GATEWAY/bed REA^^5");
  EXPECT_EQ(a.device(bare_beat), "(nobody)") << "the gateway lives, and its only bed may be unplugged";
  EXPECT_EQ(a.sender.itself(1), nullptr);
  Address named;
  EXPECT_EQ(named.device(of("GATEWAY", "REA^^5", "mon-5")), "hl7:GATEWAY/mon-5");
  EXPECT_EQ(named.device(bare_beat), "(nobody)");
}

TEST(Hl7Sender, AHeartbeatThatNamesNobodyIsOfADeviceThatSendsItself) {
  Address a;
  EXPECT_EQ(a.device(of("GATEWAY", "", "")), "hl7:GATEWAY");
  EXPECT_EQ(a.device(bare_beat), "hl7:GATEWAY");
  EXPECT_EQ(a.sender.itself(1)->device(), "hl7:GATEWAY");
  EXPECT_EQ(a.device(bare_beat, 2), "(nobody)") << "another connection says nothing of it";
  a.device(of("GATEWAY", "REA^^6", ""));
  EXPECT_EQ(a.device(bare_beat), "(nobody)") << "it has a bed behind it";
  Address alone;
  EXPECT_EQ(alone.device(hl7::golden::demonstration), "hl7:0277000000000006");
  EXPECT_NE(alone.sender.itself(1), nullptr) << "it states its bed, and that it is what sends";
}

/// pds gives a message of Mindray PDS that states a bed.
std::string pds(const std::string& place) {
  return "MSH|^~\\&|||||||ORU^R01|103|P|2.3.1|\rPV1||I|^^" + place + "|\r";
}

TEST(Hl7Sender, AMonitorOfMindrayPdsIsItsAddressAndItsValuesAreOfTheBedThatItStated) {
  Address direct;
  EXPECT_EQ(direct.device(hl7::golden::pds_numerics), "hl7:10.0.0.5");
  EXPECT_EQ(direct.device(pds("REA&12&167772165&4601")), "hl7:10.0.0.5") << "10.0.0.5";
  EXPECT_EQ(direct.device(hl7::golden::pds_numerics), "hl7:10.0.0.5");
  EXPECT_TRUE(direct.gone.empty());
  EXPECT_EQ(direct.device(pds("REA&13&167772165&4601")), "hl7:10.0.0.5/bed REA^13");
  EXPECT_EQ(direct.device(hl7::golden::pds_numerics), "(ambiguous)") << "of 12 or of 13";
  EXPECT_EQ(direct.device(pds("REA&13"), 2), "hl7:10.0.0.5/bed REA^13") << "connected anew it says but one";
  EXPECT_EQ(direct.device(hl7::golden::pds_numerics, 2), "hl7:10.0.0.5/bed REA^13");
}

TEST(Hl7Sender, AMonitorOfMindrayPdsThatWasCarriedIsCalledAfterARestartAsBefore) {
  Address a({known("hl7:10.0.0.5", "REA^12", "R7"), known("hl7:10.0.0.5/bed REA^13", "REA^13", "R8")});
  EXPECT_EQ(a.device(hl7::golden::pds_numerics), "(nobody)") << "it has yet to say where it stands";
  EXPECT_EQ(a.device(pds("REA&13&167772165&4601")), "hl7:10.0.0.5/bed REA^13");
  EXPECT_EQ(a.device(hl7::golden::pds_numerics), "hl7:10.0.0.5/bed REA^13");
  EXPECT_EQ(a.heard.place, "REA^13");
  EXPECT_EQ(a.device(pds("REA&12&167772165&4601"), 2), "hl7:10.0.0.5") << "carried back";
  Address killed({known("hl7:10.0.0.5", "REA^12", "R7")});
  EXPECT_EQ(killed.device(pds("REA&13&167772165&4601")), "hl7:10.0.0.5/bed REA^13");
}

TEST(Hl7Sender, MonitorsOfMindrayPdsBehindOneAddressAreSeveral) {
  Address nat;
  EXPECT_EQ(nat.device(hl7::golden::pds_numerics, 1), "hl7:10.0.0.5");
  EXPECT_EQ(nat.device(hl7::golden::pds_numerics, 2), "(ambiguous)") << "two that name nothing are not one";
  EXPECT_EQ(nat.device(hl7::golden::pds_patient, 1), "hl7:10.0.0.5/192.168.8.188");
  EXPECT_EQ(nat.gone, std::vector<std::uint64_t>{1});
  EXPECT_EQ(nat.device(pds("REA&13&3232237757&4601"), 2), "hl7:10.0.0.5/192.168.8.189");
  EXPECT_EQ(nat.device(hl7::golden::pds_numerics, 1), "hl7:10.0.0.5/192.168.8.188");
  EXPECT_EQ(nat.device(hl7::golden::pds_numerics, 2), "hl7:10.0.0.5/192.168.8.189");
  EXPECT_EQ(nat.sender.itself(2)->device(), "hl7:10.0.0.5/192.168.8.189") << "each of its own connection";
  Address gateway;
  gateway.device(pds("REA&12"));
  EXPECT_EQ(gateway.sender.itself(1), nullptr) << "who states a bed and no address may relay it";
  EXPECT_EQ(gateway.device(pds("REA&13")), "hl7:10.0.0.5/bed REA^13");
  EXPECT_EQ(gateway.device(hl7::golden::pds_numerics), "(ambiguous)");
  EXPECT_EQ(gateway.device(with(hl7::golden::pds_numerics, "|204|P|2.3.1|\r", "|204|P|2.3.1|\rPV1||I|^^REA&12\r")),
            "hl7:10.0.0.5/bed REA^12");
}

TEST(Hl7Sender, ANamelessMonitorThatConnectsAnewTakesOverFromADeadConnection) {
  Address a;
  EXPECT_EQ(a.device(hl7::golden::pds_numerics, 1), "hl7:10.0.0.5");
  a.now += 6s;
  EXPECT_EQ(a.device(hl7::golden::pds_numerics, 2), "hl7:10.0.0.5");
  EXPECT_EQ(a.device(hl7::golden::pds_numerics, 1), "(ambiguous)") << "the old connection was not dead";
}

TEST(Hl7Sender, HowOftenABedSendsIsKnownWhenItIsConnectedAnew) {
  Address a;
  const auto period = [&](std::uint64_t connection, Micros every) {
    const hl7::Report report = hl7::interpret(*hl7::parse(of("GATEWAY", "REA^^5", "mon-5")));
    Hl7Link* link = a.sender.place(report, connection, a.now += every, [&] { return ++a.links; }).link;
    link->tell_again();
    return all<event::DeviceHeard>(link->take({report, a.now, "10.0.0.5"})).at(0).period;
  };
  for (int message = 1; message < 5; ++message) EXPECT_EQ(period(1, 1s), Micros(10s)) << "never seen: as configured";
  EXPECT_EQ(period(1, 1s), Micros(1s));
  a.sender.leave(1, a.now, "closed");
  EXPECT_EQ(period(2, 60s), Micros(1s)) << "the cut is none of its pauses";
  for (std::size_t other = 0; other <= hl7_devices_remembered_max; ++other) {
    const hl7::Report report = hl7::interpret(*hl7::parse(of("GATEWAY", "W^^" + std::to_string(other), "")));
    for (int message = 0; message < 5; ++message) {
      a.now += 1s;
      a.sender.place(report, 3, a.now, [&] { return ++a.links; }).link->take({report, a.now, "10.0.0.5"});
    }
    a.sender.leave(3, a.now, "closed");
  }
  a.sender.leave(2, a.now, "closed");
  EXPECT_EQ(period(4, 1s), Micros(10s)) << "so many others went before that it found no place";
}

TEST(Hl7Sender, DevicesAreBoundedAndAnAlarmIsRememberedOverAReconnect) {
  Address a(2);
  a.device(of("GATEWAY", "1", ""));
  a.device(of("GATEWAY", "2", ""));
  EXPECT_EQ(a.device(of("GATEWAY", "3", "")), "(crowded)");
  EXPECT_EQ(a.device(of("GATEWAY", "1", "")), "hl7:GATEWAY/bed 1");
  a.sender.leave(1, noon, "closed");
  EXPECT_EQ(a.device(of("GATEWAY", "3", "")), "hl7:GATEWAY/bed 3");
  Address b;
  const auto alarm = [&](std::string_view message) {
    const hl7::Report report = hl7::interpret(*hl7::parse(message));
    auto said = b.sender.place(report, 1, noon, [&] { return ++b.links; }).link->take({report, noon, "10.0.0.5"});
    return std::get<event::AlarmsHeard>(said.back()).alarms[0];
  };
  const auto began = alarm(hl7::golden::low_saturation);
  b.sender.leave(1, noon, "closed");
  std::string end = with(hl7::golden::low_saturation, "|start|", "|end|");
  end.erase(end.find("OBX|2|NM"), end.find("OBX|3|") - end.find("OBX|2|NM"));
  const auto over = alarm(end);
  EXPECT_EQ(over.condition, began.condition);
  EXPECT_FALSE(over.present);
}

TEST(Hl7Sender, WhatIsKnownOfAlarmsTakesThePlaceOfAPeriod) {
  Address a;
  const auto say = [&](const hl7::Report& report, Micros after) {
    Hl7Link* link = a.sender.place(report, 1, a.now += after, [&] { return ++a.links; }).link;
    return link->take({report, a.now, "10.0.0.5"});
  };
  for (std::size_t bed = 0; bed < hl7_devices_remembered_max; ++bed) {
    const hl7::Report report = hl7::interpret(*hl7::parse(of("GATEWAY", "W^^" + std::to_string(bed), "")));
    for (int message = 0; message < 5; ++message) say(report, 1s);
    a.sender.leave(1, a.now, "closed");
  }
  const hl7::Report start = hl7::interpret(*hl7::parse(hl7::golden::low_saturation));
  const auto began = all<event::AlarmsHeard>(say(start, 1s)).at(0).alarms.at(0);
  a.sender.leave(1, a.now, "closed");
  std::string end = with(hl7::golden::low_saturation, "|start|", "|end|");
  end.erase(end.find("OBX|2|NM"), end.find("OBX|3|") - end.find("OBX|2|NM"));
  const auto over = all<event::AlarmsHeard>(say(hl7::interpret(*hl7::parse(end)), 1s)).at(0).alarms;
  ASSERT_EQ(over.size(), 1U) << "known, though its end names less than its start";
  EXPECT_EQ(over[0].condition, began.condition);
}

}  // namespace
}  // namespace cordon::gateway
