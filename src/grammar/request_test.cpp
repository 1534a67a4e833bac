// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include "grammar/request.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "grammar/answer.h"

namespace cordon::grammar {
namespace {

Request parsed(std::string_view line) {
  const auto result = parse_request(line);
  if (const auto* complaint = std::get_if<Complaint>(&result)) {
    ADD_FAILURE() << line << " at " << complaint->column << ": " << complaint->text;
    return {};
  }
  return std::get<Request>(result);
}

Complaint refused(std::string_view line) {
  const auto result = parse_request(line);
  if (std::holds_alternative<Request>(result)) {
    ADD_FAILURE() << "accepted: " << line;
    return {};
  }
  return std::get<Complaint>(result);
}

TEST(Request, ReadsACut) {
  const Request request = parsed("cut c-1 kind=block_spread macs=02:77:00:00:00:11 ips=10.0.0.1,fe80::1 timeout=600");
  EXPECT_EQ(request.id, "c-1");
  const Cut& cut = std::get<Cut>(request.body);
  ASSERT_EQ(cut.macs.size(), 1U);
  EXPECT_EQ(cut.macs[0].text(), "02:77:00:00:00:11");
  ASSERT_EQ(cut.ips.size(), 2U);
  EXPECT_EQ(cut.ips[1].text(), "fe80::1");
  EXPECT_EQ(cut.timeout, std::chrono::minutes(10));
}

TEST(Request, ReadsFlowsAndBorders) {
  const Request flow = parsed("cut f kind=block_flow flows=10.0.0.11>10.0.0.20@445,fd00::11>fd00::20@445 timeout=9");
  EXPECT_EQ(std::get<Cut>(flow.body).flows.at(0).text(), "10.0.0.11>10.0.0.20@445");
  EXPECT_EQ(std::get<Cut>(flow.body).flows.at(1).server.text(), "fd00::20");
  const Request border = parsed("cut b kind=close_border borders=10.12.0.0/16>10.13.0.0/16 timeout=9");
  EXPECT_EQ(std::get<Cut>(border.body).borders.at(0).to.bits, 16);
  EXPECT_EQ(refused("cut b kind=close_border borders=10.12.0.1/16>10.13.0.0/16 timeout=9").text, "not prefix>prefix");
  EXPECT_EQ(refused("cut b kind=isolate borders=10.12.0.0/16>10.13.0.0/16 ips=10.0.0.1 timeout=9").text,
            "a target that this kind of cut has not");
}

TEST(Request, TheOrderOfFieldsDoesNotMatter) {
  EXPECT_EQ(parsed("cut a timeout=5 ips=10.0.0.1 kind=block_spread"),
            parsed("cut a kind=block_spread ips=10.0.0.1 timeout=5"));
}

TEST(Request, AComplaintNamesThePlace) {
  const Complaint complaint = refused("cut c1 kind=block_spread ips=10.0.0.1,10.0.0.300 timeout=600");
  EXPECT_EQ(complaint.id, "c1");
  EXPECT_EQ(complaint.column, 39U);
  EXPECT_EQ(complaint.text, "not an IP address");
}

TEST(Request, HostileLinesAreRefusedWhole) {
  for (const char* line : {
           "",
           " ",
           "cut",
           "cut ",
           "cut -",
           "cut ../x kind=block_spread ips=10.0.0.1 timeout=1",
           "flush x",
           "CUT a",
           "cut a kind=burn ips=10.0.0.1 timeout=1",                       // no such kind
           "cut a kind=block_spread timeout=1",                            // nobody
           "cut a kind=block_spread ips= timeout=1",                       // nobody
           "cut a kind=block_spread ips=10.0.0.1, timeout=1",              // an empty entry
           "cut a kind=block_spread ips=10.0.0.0/8 timeout=1",             // many
           "cut a kind=block_spread ips=10.0.0.1-10.0.0.9 timeout=1",      // many
           "cut a kind=block_spread ips=0.0.0.0 timeout=1",                // not one station
           "cut a kind=block_spread ips=127.0.0.1 timeout=1",              //
           "cut a kind=block_spread ips=255.255.255.255 timeout=1",        //
           "cut a kind=block_spread ips=224.0.0.1 timeout=1",              //
           "cut a kind=block_spread ips=:: timeout=1",                     //
           "cut a kind=block_spread ips=::1 timeout=1",                    //
           "cut a kind=block_spread ips=ff02::1 timeout=1",                //
           "cut a kind=block_spread ips=::ffff:10.0.0.1 timeout=1",        //
           "cut a kind=block_spread macs=ff:ff:ff:ff:ff:ff timeout=1",     //
           "cut a kind=block_spread macs=01:00:5e:00:00:01 timeout=1",     //
           "cut a kind=block_spread macs=00:00:00:00:00:00 timeout=1",     //
           "cut a kind=block_spread ips=10.0.0.1,10.0.0.1 timeout=1",      // twice
           "cut a kind=block_spread ips=10.0.0.1 ips=10.0.0.2 timeout=1",  // twice
           "cut a kind=block_spread ips=10.0.0.1 timeout=1 extra",         //
           "cut a  kind=block_spread ips=10.0.0.1 timeout=1",              // two blanks
           "cut a kind=block_spread ips=10.0.0.1 timeout=1 ",              // a blank at the end
           "cut a kind=block_spread ips=10.0.0.1",                         // for ever
           "cut a kind=block_spread ips=10.0.0.1 timeout=0",               //
           "cut a kind=block_spread ips=10.0.0.1 timeout=-1",              //
           "cut a kind=block_spread ips=10.0.0.1 timeout=1e3",             //
           "cut a kind=block_spread ips=10.0.0.1 timeout=99999999999999999999",
           "cut a kind=block_spread ips=10.0.0.1;flush timeout=1",
           "cut a kind=block_spread ips=\"10.0.0.1\" timeout=1",
           "lift a",
           "lift a cut=-",
           "lift a ips=10.0.0.1",                  // of which kind
           "lift a cut=c macs=02:77:00:00:00:11",  //
           "lift a kind=isolate",                  // nobody
           "lift a kind=isolate flows=10.0.0.11>10.0.0.20@445",
           "list",
           "list a b",
           "hello a",
           "hello a version=x",
           "config a",
           "config a care_tcp=10.0.0.1",
           "config a care_tcp=10.0.0.1@0",
           "config a care_udp=224.0.0.1@2575",  // many
           "config a care=10.0.0.1@2575",       // over which protocol
           "config a spread_tcp=445-139",
           "config a spread_tcp=0",
           "config a spread_tcp=65536",
           "config a spread_tcp=1-65535",   // would cut every connection of a cut host
           "config a spread_tcp=49152",     //
           "config a spread_udp=49152",     //
           "config a dynamic_tcp=1-65535",  //
           "config a dynamic_tcp=49151-50000",
       }) {
    const Complaint complaint = refused(line);
    EXPECT_GE(complaint.column, 1U) << line;
    EXPECT_FALSE(complaint.text.empty()) << line;
  }
  EXPECT_EQ(refused(std::string_view("list a\0b", 8)).column, 7U);
  EXPECT_EQ(refused("list a\r").column, 7U);
  EXPECT_EQ(refused("list \xc3\xa9").column, 6U);
}

TEST(Request, EveryBoundAndOneBeyond) {
  const auto many = [](std::size_t count, auto text) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + text(i);
    return out;
  };
  const auto ip = [](std::size_t i) { return "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1); };
  const auto mac = [](std::size_t i) { return "02:00:00:00:00:0" + std::to_string(i); };
  const auto cut = [&](std::size_t macs, std::size_t ips, const std::string& timeout) {
    return "cut a kind=block_spread macs=" + many(macs, mac) + " ips=" + many(ips, ip) + " timeout=" + timeout;
  };
  parsed(cut(cut_macs_max, cut_ips_max, "604800"));
  EXPECT_EQ(refused(cut(cut_macs_max + 1, 1, "1")).code, Code::limit);
  EXPECT_EQ(refused(cut(1, cut_ips_max + 1, "1")).code, Code::limit);
  EXPECT_EQ(refused(cut(1, 1, "604801")).code, Code::malformed);

  const auto flow = [&](std::size_t i) { return "10.9.9.9>" + ip(i) + "@445"; };
  const auto border = [](std::size_t i) { return "10." + std::to_string(i) + ".0.0/16>10.99.0.0/16"; };
  parsed("cut a kind=block_flow flows=" + many(cut_flows_max, flow) + " timeout=9");
  EXPECT_EQ(refused("cut a kind=block_flow flows=" + many(cut_flows_max + 1, flow) + " timeout=9").code, Code::limit);
  parsed("cut a kind=close_border borders=" + many(cut_borders_max, border) + " timeout=9");
  EXPECT_EQ(refused("cut a kind=close_border borders=" + many(cut_borders_max + 1, border) + " timeout=9").code,
            Code::limit);

  parsed("config a protect_ips=" + many(config_entries_max, ip));
  EXPECT_EQ(refused("config a protect_ips=" + many(config_entries_max + 1, ip)).code, Code::limit);
  EXPECT_EQ(refused("config a protect_ips=" + many(config_entries_max, ip) + " spread_tcp=445").code, Code::limit);

  parsed("list " + std::string(id_bytes_max, 'a'));
  refused("list " + std::string(id_bytes_max + 1, 'a'));

  EXPECT_EQ(refused("list " + std::string(line_bytes_max - 5, 'a')).text, "not an id");
  EXPECT_EQ(refused("list " + std::string(line_bytes_max - 4, 'a')).text, "the line is too long");
}

template <class T>
std::vector<T> some(std::size_t max, const rc::Gen<T>& gen) {
  const auto count = *rc::gen::inRange<std::size_t>(0, max + 1);
  std::set<T> out;
  for (std::size_t i = 0; i < count; ++i) out.insert(*gen);
  return {out.begin(), out.end()};
}

rc::Gen<Mac> a_mac() {
  return rc::gen::suchThat(
      rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 6>>(), [](const auto& bytes) { return Mac{bytes}; }),
      [](const Mac& mac) { return mac.one_station(); });
}

rc::Gen<Ip> an_ip() {
  return rc::gen::suchThat(
      rc::gen::apply(
          [](std::array<std::uint8_t, 16> bytes, bool v6, bool sparse) {
            if (!v6) std::fill(bytes.begin() + 4, bytes.end(), 0);
            if (v6 && sparse) std::fill(bytes.begin() + 2, bytes.begin() + 14, 0);
            return Ip{bytes, v6};
          },
          rc::gen::arbitrary<std::array<std::uint8_t, 16>>(), rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>()),
      [](const Ip& ip) { return ip.one_station(); });
}

Flow a_flow() {
  const Ip client = *an_ip();
  const Ip server = *rc::gen::suchThat(an_ip(), [&](const Ip& ip) { return ip.v6 == client.v6; });
  return {client, server, static_cast<std::uint16_t>(*rc::gen::inRange<int>(1, 65536))};
}

Prefix a_prefix(bool v6) {
  Prefix out{*rc::gen::suchThat(an_ip(), [&](const Ip& ip) { return ip.v6 == v6; }),
             static_cast<std::uint8_t>(*rc::gen::inRange(1, v6 ? 129 : 33))};
  for (unsigned bit = out.bits; bit < 128; ++bit) {
    std::uint8_t& byte = out.address.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(byte & ~(0x80U >> bit % 8));
  }
  return out;
}

Border a_border() {
  const bool v6 = *rc::gen::arbitrary<bool>();
  return {a_prefix(v6), a_prefix(v6)};
}

PortRange a_range(int from, int to) {
  const int first = *rc::gen::inRange(from, to);
  const int last = *rc::gen::inRange(first, to);
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

std::string an_id() {
  const auto tail = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("azAZ09._:-")));
  return "x" + tail.substr(0, id_bytes_max - 1);
}

Config a_config() {
  Config out;
  const auto port = rc::gen::inRange<int>(1, 65536);
  for (const Ip& ip : some(12, an_ip())) out.care_tcp.push_back({ip, static_cast<std::uint16_t>(*port)});
  for (const Ip& ip : some(3, an_ip())) out.care_udp.push_back({ip, static_cast<std::uint16_t>(*port)});
  out.protect_macs = some(12, a_mac());
  out.protect_ips = some(12, an_ip());
  std::set<PortRange> tcp;
  std::set<PortRange> udp;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) tcp.insert(a_range(1, dynamic_port_min));
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) udp.insert(a_range(1, dynamic_port_min));
  out.spread_tcp.assign(tcp.begin(), tcp.end());
  out.spread_udp.assign(udp.begin(), udp.end());
  out.dynamic_tcp = a_range(dynamic_port_min, 65536);
  out.own_ways = {a_flow()};
  return out;
}

template <class Named>
void name_targets(CutKind kind, Named& out) {
  if (kind == CutKind::block_flow) {
    out.flows = {a_flow()};
  } else if (kind == CutKind::close_border) {
    out.borders = {a_border()};
  } else {
    out.macs = some(cut_macs_max, a_mac());
    out.ips = some(cut_ips_max, an_ip());
    if (out.macs.empty() && out.ips.empty()) out.ips.push_back(*an_ip());
  }
}

Request a_request() {
  Request out{an_id(), {}};
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      out.body = Hello{*rc::gen::arbitrary<std::uint32_t>()};
      break;
    case 1:
      out.body = a_config();
      break;
    case 2:
      out.body = Ensure{};
      break;
    case 3: {
      Cut cut;
      cut.kind = static_cast<CutKind>(*rc::gen::inRange(0, 6));
      cut.timeout = std::chrono::seconds(*rc::gen::inRange<std::int64_t>(timeout_min.count(), timeout_max.count() + 1));
      name_targets(cut.kind, cut);
      out.body = cut;
      break;
    }
    case 4: {
      Lift lift{*rc::gen::arbitrary<bool>() ? an_id() : "", std::nullopt, {}, {}, {}, {}};
      if (lift.cut.empty() || *rc::gen::arbitrary<bool>()) {
        lift.kind = static_cast<CutKind>(*rc::gen::inRange(0, 6));
        name_targets(*lift.kind, lift);
      }
      out.body = lift;
      break;
    }
    case 5:
      out.body = List{};
      break;
    default:
      out.body = Counters{};
      break;
  }
  return out;
}

TEST(Request, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const Request request = a_request();
    const std::string line = format(request);
    RC_ASSERT(line.size() <= line_bytes_max);
    const auto result = parse_request(line);
    RC_ASSERT(std::holds_alternative<Request>(result));
    RC_ASSERT(std::get<Request>(result) == request);
  }));
}

TEST(Request, ADamagedLineNeverBecomesAWiderOne) {
  EXPECT_TRUE(rc::check([] {
    const Request request = a_request();
    std::string line = format(request);
    const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
    line[at] = *rc::gen::arbitrary<char>();
    const auto result = parse_request(line);
    if (const auto* other = std::get_if<Request>(&result)) {
      const auto again = parse_request(format(*other));
      RC_ASSERT(std::get<Request>(again) == *other);
      const auto* before = std::get_if<Cut>(&request.body);
      const auto* after = std::get_if<Cut>(&other->body);
      // One byte can split nothing and join nothing that means more addresses than before, but for a comma.
      if (before != nullptr && after != nullptr) RC_ASSERT(after->ips.size() <= before->ips.size() + 1);
    } else {
      RC_ASSERT(std::get<Complaint>(result).column >= 1U);
    }
  }));
}

TEST(Answer, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const auto number = rc::gen::arbitrary<std::uint64_t>();
    AnswerLine line;
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        line = Ok{an_id(), *number, static_cast<Rules>(*rc::gen::inRange(0, 4))};
        break;
      case 1: {
        const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', 127));
        line = Refusal{"-", static_cast<Code>(*rc::gen::inRange(0, 5)), *number, text.substr(0, error_text_bytes_max)};
        break;
      }
      case 2: {
        Element element{CutKind::block_spread, *a_mac(), an_id(), std::chrono::seconds(600), *number, *number};
        switch (*rc::gen::inRange(0, 4)) {
          case 0:
            element.target = *an_ip();
            break;
          case 1:
            element.target = a_flow();
            element.kind = CutKind::block_flow;
            break;
          case 2:
            element.target = a_border();
            element.kind = CutKind::close_border;
            break;
          default:
            element.kind = CutKind::isolate;
            break;
        }
        line = element;
        break;
      }
      case 3:
        line = Counter{an_id(), *number, *number};
        break;
      default:
        line = End{};
        break;
    }
    const auto result = parse_answer(format(line));
    RC_ASSERT(std::holds_alternative<AnswerLine>(result));
    RC_ASSERT(std::get<AnswerLine>(result) == line);
  }));
}

TEST(Answer, AnErrorTextIsBoundedAndPrintable) {
  const std::string line = format(Refusal{"a", Code::failed, 0, "no\nok a count=1" + std::string(1000, 'x')});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto result = parse_answer(line);
  EXPECT_EQ(std::get<Refusal>(std::get<AnswerLine>(result)).text.size(), error_text_bytes_max);
}

TEST(Answer, MalformedLinesAreRefused) {
  for (const char* line : {"", "ok", "ok a", "ok a count=1", "ok a count=1 rules=perhaps", "ok a count=x rules=whole",
                           "error", "error a", "error a nonsense 1 x", "error a denied x x", "element", "..", ". .",
                           "element block_spread 10.0.0.1 cut=c remaining=99999999999 packets=1 bytes=1",
                           "element block_spread nobody cut=c remaining=9 packets=1 bytes=1"}) {
    EXPECT_TRUE(std::holds_alternative<Complaint>(parse_answer(line))) << line;
  }
}

}  // namespace
}  // namespace cordon::grammar
