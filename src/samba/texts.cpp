// SPDX-License-Identifier: Apache-2.0
#include "samba/texts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "grammar/request.h"

namespace cordon::samba {

namespace {

using grammar::Ip;

constexpr std::string_view heading =
    "# Written by cordon-smb, which denies clients here for a time. Changes by hand are lost.\n";
constexpr std::string_view remark = "# denied ";
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

/// Samba ignores blanks and case in the names of parameters and sections.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
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

std::string include_text(const Entries& entries) {
  std::string out(heading);
  std::string list;
  for (const auto& [ip, entry] : entries) {
    out.append(remark).append(ip.text()).append(" cut=").append(entry.cut);
    out.append(" until=").append(std::to_string(entry.until)).append("\n");
    list += ' ' + ip.text();
  }
  if (!list.empty()) out.append("hosts deny =").append(list).append("\n");
  return out;
}

bool is_include(std::string_view text) {
  return text.empty() || text.starts_with(heading);
}

std::optional<Entries> parse_include(std::string_view text) {
  Entries out;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (!line.starts_with(remark)) continue;
    line.remove_prefix(remark.size());
    const auto words = words_of(line, " ");
    if (words.size() != 3 || !words[1].starts_with("cut=") || !words[2].starts_with("until=")) return std::nullopt;
    const auto ip = Ip::parse(words[0]);
    const auto until = number_in(words[2].substr(6), 10);
    if (!ip || !until || !grammar::valid_id(words[1].substr(4))) return std::nullopt;
    out[*ip] = {std::string(words[1].substr(4)), *until};
  }
  if (include_text(out) != text) return std::nullopt;
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
