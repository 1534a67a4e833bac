// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include "grammar/request.h"

#include <array>
#include <utility>

#include "grammar/line.h"

namespace cordon::grammar {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<CutKind, const char*>, 6> kinds{{{CutKind::block_spread, "block_spread"},
                                                                {CutKind::block_out, "block_out"},
                                                                {CutKind::shield, "shield"},
                                                                {CutKind::isolate, "isolate"},
                                                                {CutKind::block_flow, "block_flow"},
                                                                {CutKind::close_border, "close_border"}}};

constexpr std::array<std::pair<Code, const char*>, 5> codes{{{Code::malformed, "malformed"},
                                                             {Code::limit, "limit"},
                                                             {Code::denied, "denied"},
                                                             {Code::absent, "absent"},
                                                             {Code::failed, "failed"}}};

template <class T>
std::string_view anything(const T&) {
  return {};
}

template <class T>
std::string_view one_station(const T& address) {
  return address.one_station() ? ""sv : "not the address of one station"sv;
}

std::vector<Mac> macs(Line& line, std::string_view key, std::size_t max) {
  return line.list<Mac>(key, max, "not a MAC address", one_station<Mac>);
}

std::vector<Ip> ips(Line& line, std::string_view key, std::size_t max) {
  return line.list<Ip>(key, max, "not an IP address", one_station<Ip>);
}

std::vector<Flow> flows(Line& line, std::string_view key = "flows") {
  return line.list<Flow>(key, cut_flows_max, "not client>server@port", [](const Flow& flow) {
    return flow.client.one_station() ? one_station(flow.server) : one_station(flow.client);
  });
}

std::vector<Border> borders(Line& line) {
  return line.list<Border>("borders", cut_borders_max, "not prefix>prefix", anything<Border>);
}

std::vector<PortRange> fixed_ports(Line& line, std::string_view key) {
  return line.list<PortRange>(key, config_entries_max, "not a port or range", [](const PortRange& range) {
    // A fixed spread port is matched as source too; a dynamic one would cut every client connection of a host.
    return range.last < dynamic_port_min ? ""sv : "a dynamic port belongs into dynamic_tcp"sv;
  });
}

std::vector<CareFlow> care_flows(Line& line, std::string_view key) {
  return line.list<CareFlow>(key, config_entries_max, "not ip@port",
                             [](const CareFlow& flow) { return one_station(flow.server); });
}

Hello parse_hello(Line& line) {
  const Word word = line.needed("version", "version=… is missing");
  Hello out;
  out.version = static_cast<std::uint32_t>(line.number(word, 0xffffffff, "not a version"));
  return out;
}

Config parse_config(Line& line) {
  Config out;
  out.care_tcp = care_flows(line, "care_tcp");
  out.care_udp = care_flows(line, "care_udp");
  out.protect_macs = macs(line, "protect_macs", config_entries_max);
  out.protect_ips = ips(line, "protect_ips", config_entries_max);
  out.spread_tcp = fixed_ports(line, "spread_tcp");
  out.spread_udp = fixed_ports(line, "spread_udp");
  if (const auto word = line.field("dynamic_tcp")) {
    out.dynamic_tcp = PortRange::parse(word->text);
    if (!out.dynamic_tcp) line.complain(word->column, "not a port or range");
    if (out.dynamic_tcp && out.dynamic_tcp->first < dynamic_port_min) {
      line.complain(word->column, "dynamic ports begin at 49152");
    }
  }
  out.own_ways = flows(line, "own_ways");
  const std::size_t entries = out.care_tcp.size() + out.care_udp.size() + out.protect_macs.size() +
                              out.protect_ips.size() + out.spread_tcp.size() + out.spread_udp.size() +
                              out.own_ways.size() + (out.dynamic_tcp ? 1 : 0);
  if (entries == 0) line.complain(1, "config says nothing");
  if (entries > config_entries_max) line.complain(1, "too many entries on one line", Code::limit);
  return out;
}

CutKind kind_of(Line& line, const Word& word) {
  const auto value = cut_kind_of(word.text);
  if (!value) line.complain(word.column, "unknown kind of cut");
  return value.value_or(CutKind::block_spread);
}

/// parse_targets reads the targets of one kind: at least one, and none that this kind has not.
template <class Named>
void parse_targets(Line& line, CutKind kind, Named& out) {
  out.macs = macs(line, "macs", cut_macs_max);
  out.ips = ips(line, "ips", cut_ips_max);
  out.flows = flows(line);
  out.borders = borders(line);
  const bool of_flow = kind == CutKind::block_flow;
  const bool of_border = kind == CutKind::close_border;
  if (of_flow && out.flows.empty()) line.complain(1, "flows=… is missing");
  if (of_border && out.borders.empty()) line.complain(1, "borders=… is missing");
  const bool of_host = !of_flow && !of_border;
  if (of_host && out.macs.empty() && out.ips.empty()) line.complain(1, "macs=… or ips=… is missing");
  const bool foreign = (!of_host && !(out.macs.empty() && out.ips.empty())) || (!of_flow && !out.flows.empty()) ||
                       (!of_border && !out.borders.empty());
  if (foreign) line.complain(1, "a target that this kind of cut has not");
}

Cut parse_cut(Line& line) {
  Cut out;
  out.kind = kind_of(line, line.needed("kind", "kind=… is missing"));
  parse_targets(line, out.kind, out);
  const Word timeout = line.needed("timeout", "timeout=… is missing");
  const auto seconds = line.number(timeout, static_cast<std::uint64_t>(timeout_max.count()), "not 1 to 604800 seconds");
  out.timeout = std::chrono::seconds(seconds);
  if (out.timeout < timeout_min) line.complain(timeout.column, "not 1 to 604800 seconds");
  return out;
}

Lift parse_lift(Line& line) {
  Lift out;
  if (const auto cut = line.field("cut")) {
    if (!valid_id(cut->text)) line.complain(cut->column, "not an id");
    out.cut = cut->text;
  }
  if (const auto kind = line.field("kind")) {
    out.kind = kind_of(line, *kind);
    parse_targets(line, *out.kind, out);
  } else if (out.cut.empty()) {
    line.complain(1, "cut=… or kind=… is missing");
  }
  return out;
}

template <class T>
void append_list(std::string& out, std::string_view key, const std::vector<T>& values) {
  if (values.empty()) return;
  out.append(" ").append(key).append("=");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += values[i].text();
  }
}

struct Formatter {
  std::string& out;

  void operator()(const Hello& hello) const { out += " version=" + std::to_string(hello.version); }
  void operator()(const Config& config) const {
    append_list(out, "care_tcp", config.care_tcp);
    append_list(out, "care_udp", config.care_udp);
    append_list(out, "protect_macs", config.protect_macs);
    append_list(out, "protect_ips", config.protect_ips);
    append_list(out, "spread_tcp", config.spread_tcp);
    append_list(out, "spread_udp", config.spread_udp);
    if (config.dynamic_tcp) out += " dynamic_tcp=" + config.dynamic_tcp->text();
    append_list(out, "own_ways", config.own_ways);
  }
  void operator()(const Cut& cut) const {
    out.append(" kind=").append(to_string(cut.kind));
    append_targets(cut);
    out += " timeout=" + std::to_string(cut.timeout.count());
  }
  void operator()(const Lift& lift) const {
    if (!lift.cut.empty()) out += " cut=" + lift.cut;
    if (lift.kind) out.append(" kind=").append(to_string(*lift.kind));
    append_targets(lift);
  }
  void operator()(const Ensure&) const {}
  void operator()(const List&) const {}
  void operator()(const Counters&) const {}

  template <class T>
  void append_targets(const T& named) const {
    append_list(out, "macs", named.macs);
    append_list(out, "ips", named.ips);
    append_list(out, "flows", named.flows);
    append_list(out, "borders", named.borders);
  }
};

constexpr std::array verbs{"hello"sv, "config"sv, "ensure"sv, "cut"sv, "lift"sv, "list"sv, "counters"sv};
static_assert(verbs.size() == std::variant_size_v<decltype(Request::body)>);

}  // namespace

bool valid_id(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > id_bytes_max || !alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-'; });
}

std::variant<Request, Complaint> parse_request(std::string_view text) {
  Line line(text);
  Request out;
  std::string id = "-";
  if (line.good()) {
    const Word verb = line.next("a word is missing");
    const Word id_word = line.next("the id is missing");
    if (line.good() && !valid_id(id_word.text)) line.complain(id_word.column, "not an id");
    if (line.good()) id = id_word.text;
    if (verb.text == "hello") {
      out.body = parse_hello(line);
    } else if (verb.text == "config") {
      out.body = parse_config(line);
    } else if (verb.text == "ensure") {
      out.body = Ensure{};
    } else if (verb.text == "cut") {
      out.body = parse_cut(line);
    } else if (verb.text == "lift") {
      out.body = parse_lift(line);
    } else if (verb.text == "list") {
      out.body = List{};
    } else if (verb.text == "counters") {
      out.body = Counters{};
    } else {
      line.complain(verb.column, "unknown request");
    }
    line.finish();
  }
  if (!line.good()) {
    Complaint complaint = line.complaint();
    complaint.id = id;
    return complaint;
  }
  out.id = id;
  return out;
}

std::string format(const Request& request) {
  std::string out(verbs[request.body.index()]);
  out += ' ';
  out += request.id;
  std::visit(Formatter{out}, request.body);
  return out;
}

const char* to_string(Code code) {
  for (const auto& [value, name] : codes) {
    if (value == code) return name;
  }
  return "failed";
}

std::optional<Code> code_of(std::string_view text) {
  for (const auto& [value, name] : codes) {
    if (text == name) return value;
  }
  return std::nullopt;
}

const char* to_string(CutKind kind) {
  return kinds.at(static_cast<std::size_t>(kind)).second;
}

std::optional<CutKind> cut_kind_of(std::string_view text) {
  for (const auto& [value, name] : kinds) {
    if (text == name) return value;
  }
  return std::nullopt;
}

}  // namespace cordon::grammar
