// SPDX-License-Identifier: Apache-2.0
#include "samba/texts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "grammar/request.h"

namespace cordon::samba {

namespace {

using grammar::Ip;

constexpr std::string_view heading =
    "# Written by cordon-smb, which denies clients here for a time. Changes by hand are lost.\n";
constexpr std::string_view denied_remark = "# denied ";
constexpr std::string_view refused_remark = "# refused ";
constexpr std::size_t table_fields = 10;  // up to the inode
constexpr std::size_t local_field = 1, remote_field = 2, state_field = 3, inode_field = 9;
// TCP states that a process holds and that can carry requests: established, SYN received, close wait
// (include/net/tcp_states.h).
constexpr std::array states{std::uint64_t{0x01}, std::uint64_t{0x03}, std::uint64_t{0x08}};

/// take_line cuts the first line, without its end, off the text.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; (begin = text.find_first_not_of(separators, begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return out;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Samba ignores blanks and case in the names of parameters and sections.
std::string squeezed(std::string_view text) {
  std::string out = lowered(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t'; });
  return out;
}

struct Setting {
  std::string name;  // squeezed
  std::string_view value;
};

/// global_settings gives what stands in [global], in order. A line that ends in a backslash goes on in the next.
std::vector<Setting> global_settings(std::string_view text) {
  std::vector<Setting> out;
  bool global = true;  // what stands before the first section belongs to it
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const std::string name = squeezed(line.substr(1, std::min(line.find(']'), line.size()) - 1));
      global = name == "global";
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!global || equals == std::string_view::npos) continue;
    out.push_back({squeezed(line.substr(0, equals)), trimmed(line.substr(equals + 1))});
  }
  return out;
}

bool is_deny(const std::string& name) {
  return name == "hostsdeny" || name == "denyhosts";
}
bool is_allow(const std::string& name) {
  return name == "hostsallow" || name == "allowhosts";
}

std::optional<std::uint64_t> number_in(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// address_in reads the kernel's form: 8 or 32 hexadecimal digits, each group of 8 a word in the machine's order, here
/// little-endian.
std::optional<Ip> address_in(std::string_view text) {
  if (text.size() != 8 && text.size() != 32) return std::nullopt;
  Ip out;
  out.v6 = text.size() == 32;
  for (std::size_t i = 0; i < text.size() / 2; ++i) {
    const auto byte = number_in(text.substr(i * 2, 2), 16);
    if (!byte) return std::nullopt;
    out.bytes[i / 4 * 4 + (3 - i % 4)] = static_cast<std::uint8_t>(*byte);
  }
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (out.v6 && std::equal(mapped.begin(), mapped.end(), out.bytes.begin())) {
    Ip v4;
    std::copy(out.bytes.begin() + 12, out.bytes.end(), v4.bytes.begin());
    return v4;
  }
  return out;
}

struct Place {
  Ip ip;
  std::uint16_t port = 0;
};

std::optional<Place> place_in(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto ip = address_in(text.substr(0, colon));
  const auto port = number_in(text.substr(colon + 1), 16);
  if (!ip || !port || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return Place{*ip, static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::size_t Lists::owned() const {
  std::size_t out = 0;
  for (const auto& [ip, owners] : ips) out += owners.size();
  for (const auto& [login, owners] : logins) out += owners.size();
  return out;
}

std::string include_text(const Lists& lists, std::string_view path) {
  std::string out(heading);
  const auto add = [&](std::string_view remark, const std::string& target, const Owners& owners) {
    for (const auto& [cut, until] : owners) {
      out.append(remark).append(target).append(" cut=").append(cut);
      out.append(" until=").append(std::to_string(until)).append("\n");
    }
  };
  std::string denied;
  for (const auto& [ip, owners] : lists.ips) {
    add(denied_remark, ip.text(), owners);
    denied += ' ' + ip.text();
  }
  for (const auto& [login, owners] : lists.logins) add(refused_remark, login.text(), owners);
  if (!denied.empty()) out.append("hosts deny =").append(denied).append("\n");
  if (!lists.logins.empty()) out.append("include = ").append(path).append(".%I\n");
  return out;
}

std::map<Ip, std::string> login_texts(const Logins& logins) {
  std::map<Ip, std::string> out;
  for (const auto& [login, owners] : logins) {
    std::string& text = out[login.ip];
    if (text.empty()) text.append(heading).append("invalid users =");
    text += ' ' + login.user;
  }
  for (auto& [ip, text] : out) text += '\n';
  return out;
}

std::string login_path(std::string_view include_path, const Ip& ip) {
  return std::string(include_path) + '.' + ip.text();
}

bool is_include(std::string_view text) {
  return text.empty() || text.starts_with(heading);
}

std::optional<Lists> parse_include(std::string_view text, std::string_view path) {
  Lists out;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    const bool denied = line.starts_with(denied_remark);
    if (!denied && !line.starts_with(refused_remark)) continue;
    line.remove_prefix(denied ? denied_remark.size() : refused_remark.size());
    const auto words = words_of(line, " ");
    if (words.size() != 3 || !words[1].starts_with("cut=") || !words[2].starts_with("until=")) return std::nullopt;
    const auto until = number_in(words[2].substr(6), 10);
    if (!until || !grammar::valid_id(words[1].substr(4))) return std::nullopt;
    std::string cut(words[1].substr(4));
    if (const auto ip = Ip::parse(words[0]); denied && ip) {
      out.ips[*ip].emplace(std::move(cut), *until);
    } else if (auto login = Login::parse(words[0]); !denied && login) {
      out.logins[std::move(*login)].emplace(std::move(cut), *until);
    } else {
      return std::nullopt;
    }
  }
  if (include_text(out, path) != text) return std::nullopt;
  return out;
}

std::string conf_problem(std::string_view smb_conf, std::string_view include_path) {
  bool included = false;
  for (const Setting& setting : global_settings(smb_conf)) {
    if (is_deny(setting.name)) return "[global] has a 'hosts deny' of its own: cordon-smb would overrule it";
    if (is_allow(setting.name)) return "[global] has a 'hosts allow': Samba lets in whom it names, whatever is denied";
    included = included || (setting.name == "include" && setting.value == include_path);
  }
  if (!included) return "[global] has no line 'include = " + std::string(include_path) + "'";
  return {};
}

bool shows(std::string_view testparm, const Entries& entries) {
  std::set<std::string_view> denied;
  for (const Setting& setting : global_settings(testparm)) {
    if (is_allow(setting.name) && !setting.value.empty()) return false;
    if (!is_deny(setting.name)) continue;
    const auto words = words_of(setting.value, " ,\t");
    denied = {words.begin(), words.end()};
  }
  return std::all_of(entries.begin(), entries.end(),
                     [&](const auto& entry) { return denied.contains(entry.first.text()); });
}

std::string logins_problem(std::string_view testparm) {
  while (!testparm.empty()) {
    const std::string_view line = trimmed(take_line(testparm));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || trimmed(line.substr(equals + 1)).empty()) continue;
    const std::string name = squeezed(line.substr(0, equals));
    if (name == "usernamemap" || name == "usernamemapscript") {
      return "Samba has a 'username map': it judges other names than those that clients say";
    }
    if (name == "invalidusers")
      return "smb.conf has 'invalid users' of its own, which would void this or be voided by it";
  }
  return {};
}

std::optional<std::vector<OpenLogin>> open_logins_of(std::string_view text) {
  using nlohmann::json;
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) return std::nullopt;
  const auto sessions = all.find("sessions");
  const auto tcons = all.find("tcons");
  if (sessions == all.end() || !sessions->is_object() || tcons == all.end() || !tcons->is_object()) return std::nullopt;
  const auto text_in = [](const json& object, const char* key) -> std::string {
    if (!object.is_object()) return {};
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  std::map<std::string, std::uint64_t> shares;
  for (const json& tcon : *tcons) {
    if (lowered(text_in(tcon, "service")) != "ipc$") ++shares[text_in(tcon, "session_id")];
  }
  std::vector<OpenLogin> out;
  for (const json& session : *sessions) {
    OpenLogin open;
    const std::string user = text_in(session, "username");
    open.login.user = lowered(user.substr(user.find_last_of('\\') + 1));
    // "ipv4:10.0.0.5:52288", "ipv6:fd00::5:52288"
    const std::string place = text_in(session, "hostname");
    const auto ip =
        place.size() > 5 ? Ip::parse(std::string_view(place).substr(5, place.rfind(':') - 5)) : std::nullopt;
    const auto server = session.is_object() ? session.find("server_id") : session.end();
    const auto pid = number_in(server != session.end() ? text_in(*server, "pid") : std::string(), 10);
    if (!ip || !pid || (!place.starts_with("ipv4:") && !place.starts_with("ipv6:"))) continue;
    open.login.ip = *ip;
    open.pid = *pid;
    if (const auto found = shares.find(text_in(session, "session_id")); found != shares.end())
      open.shares = found->second;
    out.push_back(std::move(open));
  }
  return out;
}

std::vector<Session> sessions_of(std::string_view table, const std::set<std::uint16_t>& ports) {
  std::vector<Session> out;
  while (!table.empty()) {
    const auto words = words_of(take_line(table), " ");
    if (words.size() < table_fields) continue;
    const auto local = place_in(words[local_field]);
    const auto remote = place_in(words[remote_field]);
    const auto state = number_in(words[state_field], 16);
    const auto inode = number_in(words[inode_field], 10);
    if (!local || !remote || !state || !inode || *inode == 0 || !ports.contains(local->port)) continue;
    if (std::find(states.begin(), states.end(), *state) == states.end()) continue;
    out.push_back({remote->ip, remote->port, *inode});
  }
  return out;
}

}  // namespace cordon::samba
