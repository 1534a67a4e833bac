// SPDX-License-Identifier: Apache-2.0
#include "samba/request.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "grammar/line.h"

namespace cordon::samba {

namespace {

using namespace std::string_view_literals;
using grammar::Complaint;
using grammar::Ip;
using grammar::Line;
using grammar::valid_id;
using grammar::Word;

constexpr std::uint64_t number_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t time_max = 0xffffffffff;  // far beyond any date, far below an overflow
constexpr std::array<std::pair<Rules, const char*>, 4> rules_words{{{Rules::unchecked, "unchecked"},
                                                                    {Rules::whole, "whole"},
                                                                    {Rules::changed, "changed"},
                                                                    {Rules::overruled, "overruled"}}};
constexpr std::array verbs{"hello"sv, "deny"sv, "refuse"sv, "allow"sv, "list"sv, "health"sv};
static_assert(verbs.size() == std::variant_size_v<decltype(Request::body)>);

std::vector<Ip> ips(Line& line) {
  return line.list<Ip>("ips", deny_ips_max, "not an IP address",
                       [](const Ip& ip) { return ip.one_station() ? ""sv : "not the address of one station"sv; });
}

std::vector<Login> logins(Line& line) {
  return line.list<Login>(
      "logins", refuse_logins_max, "not a login: user@ip, the user of a-z 0-9 . _ -",
      [](const Login& login) { return login.ip.one_station() ? ""sv : "not the address of one station"sv; });
}

/// read_end reads until when, and whether nothing is to be changed, which deny and refuse have alike.
template <class Body>
void read_end(Line& line, Body& out) {
  const Word until = line.needed("until", "until=… is missing");
  out.until = line.number(until, time_max, "not a time in seconds");
  if (const auto dry = line.field("dry_run")) {
    if (dry->text != "yes") line.complain(dry->column, "dry_run=yes, or nothing");
    out.dry_run = true;
  }
}

Deny parse_deny(Line& line) {
  Deny out;
  out.ips = ips(line);
  if (out.ips.empty()) line.complain(1, "ips=… is missing");
  read_end(line, out);
  return out;
}

Refuse parse_refuse(Line& line) {
  Refuse out;
  out.logins = logins(line);
  if (out.logins.empty()) line.complain(1, "logins=… is missing");
  read_end(line, out);
  return out;
}

Allow parse_allow(Line& line) {
  Allow out;
  if (const auto cut = line.field("cut")) {
    if (!valid_id(cut->text)) line.complain(cut->column, "not an id");
    out.cut = cut->text;
  }
  out.ips = ips(line);
  out.logins = logins(line);
  if (out.cut.empty() && out.ips.empty() && out.logins.empty()) line.complain(1, "cut=…, ips=… or logins=… is missing");
  return out;
}

Hello parse_hello(Line& line) {
  Hello out;
  out.version = static_cast<std::uint32_t>(
      line.number(line.needed("version", "version=… is missing"), 0xffffffff, "not a version"));
  return out;
}

std::string read_id(Line& line, const Word& word) {
  if (!valid_id(word.text)) line.complain(word.column, "not an id");
  return std::string(word.text);
}

std::uint64_t read_number(Line& line, std::string_view key, std::uint64_t max = number_max) {
  return line.number(line.needed(key, "a number is missing"), max, "not a number");
}

Ok read_ok(Line& line) {
  Ok out;
  out.id = read_id(line, line.next("the id is missing"));
  out.count = read_number(line, "count");
  out.ended = read_number(line, "ended");
  const Word rules = line.needed("rules", "rules=… is missing");
  bool known = false;
  for (const auto& [value, name] : rules_words) {
    if (rules.text != name) continue;
    out.rules = value;
    known = true;
  }
  if (!known) line.complain(rules.column, "unknown state of the rules");
  return out;
}

Denied read_denied(Line& line) {
  Denied out;
  const Word address = line.next("the address is missing");
  if (const auto ip = Ip::parse(address.text)) {
    out.ip = *ip;
  } else {
    line.complain(address.column, "not an IP address");
  }
  out.cut = read_id(line, line.needed("cut", "cut=… is missing"));
  out.until = read_number(line, "until", time_max);
  out.sessions = read_number(line, "sessions");
  return out;
}

Refused read_refused(Line& line) {
  Refused out;
  const Word word = line.next("the login is missing");
  if (auto login = Login::parse(word.text)) {
    out.login = std::move(*login);
  } else {
    line.complain(word.column, "not a login");
  }
  out.cut = read_id(line, line.needed("cut", "cut=… is missing"));
  out.until = read_number(line, "until", time_max);
  out.sessions = read_number(line, "sessions");
  return out;
}

Server read_server(Line& line) {
  Server out;
  out.pid = read_number(line, "pid");
  out.now = read_number(line, "now", time_max);
  out.denied = read_number(line, "denied");
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

std::string number(std::string_view key, std::uint64_t value) {
  return std::string(" ").append(key).append("=").append(std::to_string(value));
}

struct RequestFormatter {
  std::string& out;
  void operator()(const Hello& hello) const { out += number("version", hello.version); }
  void operator()(const Deny& deny) const {
    append_list(out, "ips", deny.ips);
    end(deny.until, deny.dry_run);
  }
  void operator()(const Refuse& refuse) const {
    append_list(out, "logins", refuse.logins);
    end(refuse.until, refuse.dry_run);
  }
  void operator()(const Allow& allow) const {
    if (!allow.cut.empty()) out += " cut=" + allow.cut;
    append_list(out, "ips", allow.ips);
    append_list(out, "logins", allow.logins);
  }
  void operator()(const List&) const {}
  void operator()(const Health&) const {}
  void end(std::uint64_t until, bool dry_run) const {
    out += number("until", until);
    if (dry_run) out += " dry_run=yes";
  }
};

struct AnswerFormatter {
  std::string operator()(const Ok& ok) const {
    std::string out = "ok " + ok.id + number("count", ok.count) + number("ended", ok.ended) + " rules=";
    for (const auto& [value, name] : rules_words) {
      if (value == ok.rules) out += name;
    }
    return out;
  }
  std::string operator()(const grammar::Refusal& refusal) const { return grammar::format(refusal); }
  std::string operator()(const Denied& denied) const {
    return "denied " + denied.ip.text() + " cut=" + denied.cut + number("until", denied.until) +
           number("sessions", denied.sessions);
  }
  std::string operator()(const Refused& refused) const {
    return "refused " + refused.login.text() + " cut=" + refused.cut + number("until", refused.until) +
           number("sessions", refused.sessions);
  }
  std::string operator()(const Server& server) const {
    return "server" + number("pid", server.pid) + number("now", server.now) + number("denied", server.denied);
  }
  std::string operator()(const grammar::End& end) const { return grammar::format(end); }
};

}  // namespace

bool valid_user(std::string_view name) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > user_bytes_max || !(letter_or_digit(name.front()) || name.front() == '_')) {
    return false;
  }
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

std::string Login::text() const {
  return user + '@' + ip.text();
}

std::optional<Login> Login::parse(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || !valid_user(text.substr(0, at))) return std::nullopt;
  const auto ip = Ip::parse(text.substr(at + 1));
  if (!ip) return std::nullopt;
  return Login{std::string(text.substr(0, at)), *ip};
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
    } else if (verb.text == "deny") {
      out.body = parse_deny(line);
    } else if (verb.text == "refuse") {
      out.body = parse_refuse(line);
    } else if (verb.text == "allow") {
      out.body = parse_allow(line);
    } else if (verb.text == "list") {
      out.body = List{};
    } else if (verb.text == "health") {
      out.body = Health{};
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
  std::visit(RequestFormatter{out}, request.body);
  return out;
}

std::variant<AnswerLine, Complaint> parse_answer(std::string_view text) {
  if (text.starts_with("error ") || text == ".") {
    auto shared = grammar::parse_answer(text);
    if (auto* complaint = std::get_if<Complaint>(&shared)) return *complaint;
    auto& line = std::get<grammar::AnswerLine>(shared);
    if (auto* refusal = std::get_if<grammar::Refusal>(&line)) return AnswerLine{std::move(*refusal)};
    return AnswerLine{grammar::End{}};
  }
  Line line(text);
  AnswerLine out;
  if (line.good()) {
    const Word kind = line.next("a word is missing");
    if (kind.text == "ok") {
      out = read_ok(line);
    } else if (kind.text == "denied") {
      out = read_denied(line);
    } else if (kind.text == "refused") {
      out = read_refused(line);
    } else if (kind.text == "server") {
      out = read_server(line);
    } else {
      line.complain(kind.column, "unknown answer");
    }
    line.finish();
  }
  if (!line.good()) return line.complaint();
  return out;
}

std::string format(const AnswerLine& line) {
  return std::visit(AnswerFormatter{}, line);
}

}  // namespace cordon::samba
