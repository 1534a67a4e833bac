// SPDX-License-Identifier: Apache-2.0
#include "estate/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "estate/csv.h"
#include "estate/names.h"
#include "estate/networks.h"
#include "estate/record.h"
#include "estate/text.h"
#include "estate/toml.h"

namespace cordon::estate {

namespace {

constexpr std::array<std::string_view, 10> fields{
    "name",        "role",      "unit",       "network", "addresses", "macs", "administered_by",
    "attached_to", "protected", "criticality"};
constexpr std::string_view skip = "skip";
// Machines that care hangs on directly; the mapping can say otherwise by its key `protected`.
constexpr std::array<std::string_view, 3> protected_roles{"medical_device", "bedside_gateway", "telephony"};

// Mapping says what the columns of an export are, and what their words mean here.
struct Mapping {
  std::map<std::string, std::string, std::less<>> columns;  // our field → their column
  std::map<std::string, std::optional<Role>> roles;         // nothing: leave such lines out
  std::map<std::string, std::optional<UnitIndex>> units;
  std::map<std::string, NetworkIndex> networks;
  std::map<std::string, Criticality> criticalities;
  std::vector<std::string> protected_of{protected_roles.begin(), protected_roles.end()};
};

template <class Thing, class Index>
std::optional<Index> index_of(const std::vector<Thing>& things, std::string_view name) {
  const auto found = std::ranges::find(things, name, &Thing::name);
  if (found == things.end()) return std::nullopt;
  return Index{static_cast<std::uint32_t>(found - things.begin())};
}

class MappingReader {
 public:
  MappingReader(const Estate& known, std::string file, std::vector<Problem>& problems)
      : known_(known), file_(std::move(file)), problems_(problems) {}

  Mapping read(std::string_view text) {
    TomlMistake mistake;
    const auto root = parse_toml(text, mistake);
    if (!root) {
      complain(mistake.line, std::move(mistake.text));
      return {};
    }
    for (const auto& [key, node] : *root) section(key.str(), key.source().begin.line, node);
    for (const std::string_view needed : {"name", "role"}) {
      if (!out_.columns.contains(needed)) {
        complain(1, fmt::format("[columns] does not say which column is '{}'; write {} = \"…\"", needed, needed));
      }
    }
    return std::move(out_);
  }

 private:
  void complain(std::uint32_t line, std::string text) { problems_.push_back({file_, line, std::move(text)}); }

  void section(std::string_view key, std::uint32_t line, const toml::node& node) {
    if (key == "protected") return protect(line, node);
    const toml::table* table = node.as_table();
    const bool one_of_ours =
        key == "columns" || key == "role" || key == "unit" || key == "network" || key == "criticality";
    if (table == nullptr || !one_of_ours) {
      complain(line, fmt::format("unknown section '{}'; known are [columns], [role], [unit], [network], "
                                 "[criticality] and the list 'protected'",
                                 key));
      return;
    }
    for (const auto& [name, value] : *table) {
      const auto text = value.value<std::string>();
      const std::uint32_t at = value.source().begin.line;
      if (!value.is_string() || !text || text->empty()) {
        complain(at, fmt::format("'{}' must be a text in quotes", name.str()));
      } else {
        word(key, std::string(name.str()), *text, at);
      }
    }
  }

  void protect(std::uint32_t line, const toml::node& node) {
    out_.protected_of.clear();
    const toml::array* list = node.as_array();
    if (list == nullptr) return complain(line, "'protected' must be a list of roles, such as [\"medical_device\"]");
    for (const toml::node& item : *list) {
      const std::string role = item.value_or(std::string());
      if (!role_from_word(role)) complain(line, fmt::format("unknown role '{}' in 'protected'", role));
      out_.protected_of.push_back(role);
    }
  }

  void word(std::string_view section, const std::string& name, const std::string& value, std::uint32_t line) {
    if (section == "columns") {
      if (std::ranges::find(fields, name) == fields.end()) {
        complain(line, fmt::format("unknown field '{}' in [columns]; known are: {}", name, fmt::join(fields, ", ")));
      }
      out_.columns[name] = value;
    } else if (section == "role") {
      const auto role = role_from_word(value);
      if (!role && value != skip) {
        complain(line, fmt::format("unknown role '{}'; known are: skip, {}", value, fmt::join(role_words(), ", ")));
      }
      out_.roles[name] = role;
    } else if (section == "criticality") {
      const auto criticality = criticality_from_word(value);
      if (!criticality) {
        complain(line,
                 fmt::format("unknown criticality '{}'; known are: {}", value, fmt::join(criticality_words(), ", ")));
      }
      out_.criticalities[name] = criticality.value_or(Criticality::normal);
    } else if (section == "unit") {
      const auto unit = index_of<Unit, UnitIndex>(known_.units, value);
      if (!unit) complain(line, fmt::format("unknown unit '{}'; declare it in the estate", value));
      out_.units[name] = unit;
    } else if (const auto network = index_of<Network, NetworkIndex>(known_.networks, value)) {
      out_.networks.emplace(name, *network);
    } else {
      complain(line, fmt::format("unknown network '{}'; declare it in the estate", value));
    }
  }

  const Estate& known_;
  std::string file_;
  std::vector<Problem>& problems_;
  Mapping out_;
};

// items_of takes apart what inventories put into one field: "10.0.0.1, fe80::1" or one a line.
std::vector<std::string> items_of(std::string_view text) {
  constexpr std::string_view between = " ,;|\n\r\t$";
  std::vector<std::string> out;
  for (std::size_t at = text.find_first_not_of(between); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(between, end);
  }
  return out;
}

class Importer {
 public:
  Importer(const Mapping& mapping, const Estate& known, const std::string& file, const Limits& limits, Imported& out)
      : mapping_(mapping), known_(known), table_(known.networks), file_(file), limits_(limits), out_(out) {
    for (const Host& host : known.hosts) names_.emplace(host.name, &host);
  }

  void read(const Csv& csv) {
    for (const auto& [field, column] : mapping_.columns) {
      const auto found = std::ranges::find(csv.header, column);
      if (found == csv.header.end()) {
        out_.problems.push_back({file_, csv.header_line,
                                 fmt::format("no column '{}', which the mapping calls '{}'; the columns are: {}",
                                             column, field, fmt::join(csv.header, ", "))});
      }
      columns_[field] = static_cast<std::size_t>(found - csv.header.begin());
    }
    if (!out_.problems.empty()) return;
    for (const CsvRow& row : csv.rows) {
      if (out_.hosts.size() >= limits_.hosts) {
        unsure(row.line, fmt::format("more than {} hosts; what follows is not imported", limits_.hosts));
        return;
      }
      if (row.whole) line(row);
    }
  }

 private:
  void unsure(std::uint32_t line, std::string text) { out_.ambiguous.push_back({file_, line, std::move(text)}); }

  std::string_view value(const CsvRow& row, std::string_view field) const {
    const auto column = columns_.find(field);
    return column == columns_.end() ? std::string_view() : std::string_view(row.fields[column->second]);
  }

  void line(const CsvRow& row) {
    Host host;
    host.origin = Origin::imported;
    const std::size_t before = out_.ambiguous.size();
    if (!role(row, host)) return;
    host.name = value(row, "name");
    if (host.name.empty() || host.name.size() > name_bytes_max) {
      unsure(row.line, fmt::format("no name of 1 to {} bytes on one line", name_bytes_max));
    } else if (const std::string_view hidden = hidden_in(host.name); !hidden.empty()) {
      unsure(row.line, fmt::format("the name holds {}; type it anew in the inventory", hidden));
    } else if (host.name.find('>') != std::string::npos) {
      unsure(row.line, fmt::format("the name {} holds a '>', by which a way from A to B is written", host.name));
    }
    no_formula(row, "name", host.name);
    unit(row, host);
    addresses(row, host);
    if (std::string wrong = anothers_address(host.name, host.addresses); !wrong.empty()) unsure(row.line, wrong);
    network(row, host);
    protection(row, host);
    criticality(row, host);
    host.administered_by = words(row, "administered_by");
    host.attached_to = words(row, "attached_to");
    if (host.addresses.empty() && host.macs.empty() && out_.ambiguous.size() == before) {
      unsure(row.line,
             fmt::format("{} has neither an address nor a MAC: nothing on the wire could be told to be it", host.name));
    }
    if (out_.ambiguous.size() == before && !taken(row, host)) {
      names_here_.emplace(host.name, row.line);
      out_.hosts.push_back(std::move(host));
    }
  }

  // no_formula: what is written is opened in spreadsheets, by people who trust it.
  void no_formula(const CsvRow& row, std::string_view field, std::string_view text) {
    if (!reads_as_formula(text)) return;
    unsure(row.line, fmt::format("'{}' for {} is a formula to a spreadsheet; write it without the '{}' at its front",
                                 text, field, text.front()));
  }

  // words reads a text on one line that is no name.
  std::string words(const CsvRow& row, std::string_view field) {
    std::string text(value(row, field));
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    text = single_blanks(text);
    no_formula(row, field, text);
    if (const std::string_view hidden = hidden_in(text); !hidden.empty()) {
      unsure(row.line, fmt::format("{} holds {}; type it anew in the inventory", field, hidden));
    }
    if (text.size() <= name_bytes_max) return text;
    unsure(row.line, fmt::format("{} bytes for {}; at most {}", text.size(), field, name_bytes_max));
    return {};
  }

  // role gives false for a line to leave out.
  bool role(const CsvRow& row, Host& host) {
    const std::string type(value(row, "role"));
    const auto found = mapping_.roles.find(type);
    if (found == mapping_.roles.end()) {
      unsure(row.line, fmt::format("the type '{}' is not in [role] of the mapping; add it, or \"skip\"", type));
      return false;
    }
    if (!found->second) {
      ++out_.skipped;
      return false;
    }
    host.role = *found->second;
    return true;
  }

  void unit(const CsvRow& row, Host& host) {
    const std::string place(value(row, "unit"));
    if (place.empty()) return;
    const auto mapped = mapping_.units.find(place);
    host.unit = mapped != mapping_.units.end() ? mapped->second : index_of<Unit, UnitIndex>(known_.units, place);
    if (!host.unit) {
      unsure(row.line, fmt::format("the place '{}' is no unit and not in [unit] of the mapping; add it", place));
    }
  }

  void addresses(const CsvRow& row, Host& host) {
    for (const std::string& text : items_of(value(row, "addresses"))) {
      const auto address = IpAddress::parse(text);
      const auto of_a_zone = IpAddress::parse(text.substr(0, text.find('%')));  // fe80::1%12
      if (of_a_zone && nobodys_own(*of_a_zone)) continue;
      if (!address || !address->one_station()) {
        unsure(row.line, fmt::format("'{}' is no address of one machine", text));
      } else if (std::ranges::find(host.addresses, *address) == host.addresses.end()) {
        host.addresses.push_back(*address);
      }
    }
    for (const std::string& text : items_of(value(row, "macs"))) {
      const auto mac = mac_of(text);
      if (mac && !mac->known()) continue;  // of the loopback, and of a port without a card
      if (!mac || !mac->known() || mac->multicast()) {
        unsure(row.line, fmt::format("'{}' is no MAC of a host", text));
      } else if (std::ranges::find(host.macs, *mac) == host.macs.end()) {
        host.macs.push_back(*mac);
      }
    }
    if (host.addresses.size() > limits_.addresses_per_host || host.macs.size() > limits_.macs_per_host) {
      unsure(row.line,
             fmt::format("more than {} addresses or {} MACs", limits_.addresses_per_host, limits_.macs_per_host));
    }
  }

  /// mac_of takes the forms that switches and inventories write: 02:00:…, 02-00-…, 0200.0000.0012, 020000000012.
  static Result<Mac> mac_of(const std::string& text) {
    std::string digits = text;
    std::erase_if(digits, [](char c) { return c == '.' || c == ':' || c == '-'; });
    if (digits.size() != 12) return Mac::parse(text);
    for (std::size_t at = 10; at > 0; at -= 2) digits.insert(at, 1, ':');
    return Mac::parse(digits);
  }

  /// nobodys_own: inventories list the loopback, ports without a lease and link-local addresses, which many have.
  static bool nobodys_own(const IpAddress& address) {
    const auto& b = address.bytes;
    if (!address.v6) return b[0] == 127 || (b[0] == 169 && b[1] == 254) || address.unspecified();
    const bool is_low = std::all_of(b.begin(), b.begin() + 15, [](std::uint8_t byte) { return byte == 0; });
    return (b[0] == 0xfe && (b[1] & 0xc0U) == 0x80) || (is_low && b[15] <= 1);
  }

  void network(const CsvRow& row, Host& host) {
    const std::string text(value(row, "network"));
    if (!text.empty()) {
      const auto mapped = mapping_.networks.find(text);
      host.network = mapped != mapping_.networks.end() ? std::optional(mapped->second)
                                                       : index_of<Network, NetworkIndex>(known_.networks, text);
      if (!host.network) {
        unsure(row.line, fmt::format("the network '{}' is not declared and not in [network] of the mapping", text));
        return;
      }
    }
    for (const IpAddress& address : host.addresses) {
      if (host.network) break;
      const std::vector<NetworkIndex> found = table_.find(address);
      if (found.size() > 1) {
        unsure(row.line, fmt::format("{} lies in network {} and in network {}; map the network column", address.text(),
                                     known_.networks[found[0].value].name, known_.networks[found[1].value].name));
        return;
      }
      if (found.size() == 1) host.network = found.front();
    }
    if (host.network) contradictions(row, host, text.empty() ? "another address of the line" : "the line");
  }

  // contradictions holds every address against the network, as load() will.
  void contradictions(const CsvRow& row, const Host& host, std::string_view who) {
    const Network& network = known_.networks[host.network->value];
    for (const IpAddress& address : host.addresses) {
      if (std::string whole = names_a_whole(network, address); !whole.empty()) unsure(row.line, std::move(whole));
      if (std::ranges::any_of(network.prefixes, [&](const Prefix& p) { return p.contains(address); })) continue;
      const bool of_its_kind =
          std::ranges::any_of(network.prefixes, [&](const Prefix& p) { return p.address.v6 == address.v6; });
      if (const std::vector<NetworkIndex> found = table_.find(address); !found.empty()) {
        unsure(row.line, fmt::format("{} lies in network {}, but {} says {}", address.text(),
                                     known_.networks[found[0].value].name, who, network.name));
      } else if (of_its_kind) {
        std::vector<std::string> prefixes;
        for (const Prefix& prefix : network.prefixes) prefixes.push_back(text_of(prefix));
        unsure(row.line, fmt::format("{} lies outside network {} ({}), which {} says", address.text(), network.name,
                                     fmt::join(prefixes, ", "), who));
      }
    }
  }

  void protection(const CsvRow& row, Host& host) {
    const auto& roles_protected = mapping_.protected_of;
    host.is_protected = std::ranges::find(roles_protected, word(host.role)) != roles_protected.end();
    const std::string_view text = value(row, "protected");
    if (text.empty()) return;
    if (const auto said = yes_or_no(text)) {
      host.is_protected = *said;
    } else {
      unsure(row.line, fmt::format("'{}' for protected is neither yes nor no", text));
    }
  }

  void criticality(const CsvRow& row, Host& host) {
    const std::string text(value(row, "criticality"));
    if (text.empty()) return;
    const auto mapped = mapping_.criticalities.find(text);
    const auto known =
        mapped != mapping_.criticalities.end() ? std::optional(mapped->second) : criticality_from_word(text);
    if (!known) {
      unsure(row.line, fmt::format("the criticality '{}' is not in [criticality] of the mapping; add it", text));
    } else if (*known != Criticality::normal && !host.unit) {
      unsure(row.line, fmt::format("{} is {} to a unit, but has none; map the unit column", host.name, word(*known)));
    } else {
      host.criticality = *known;
    }
  }

  // taken says whether the host is there already, in the estate or on an earlier line; it reports when that is unclear.
  bool taken(const CsvRow& row, const Host& host) {
    if (const auto earlier = names_here_.find(host.name); earlier != names_here_.end()) {
      unsure(row.line, fmt::format("{} stands already at line {}; which of both is it?", host.name, earlier->second));
      return true;
    }
    for (const auto& [text, fresh] : marks(host)) {
      if (fresh) continue;
      unsure(row.line, fmt::format("{} is also that of another line of this export; which of both has it?", text));
      return true;
    }
    const Host* declared = nullptr;
    if (const auto named = names_.find(host.name); named != names_.end()) declared = named->second;
    const auto belongs_to_another = [&](const Host* other) { return other != nullptr && other != declared; };
    for (const IpAddress& address : host.addresses) {
      if (belongs_to_another(known_.find(address))) {
        unsure(row.line, fmt::format("{} has {}, which the estate declares as {}'s", host.name, address.text(),
                                     known_.find(address)->name));
        return true;
      }
    }
    for (const Mac& mac : host.macs) {
      if (belongs_to_another(known_.find(mac))) {
        unsure(row.line, fmt::format("{} has {}, which the estate declares as {}'s", host.name, mac.text(),
                                     known_.find(mac)->name));
        return true;
      }
    }
    if (declared == nullptr) return false;
    if (declared->role != host.role || (host.unit && declared->unit != host.unit)) {
      unsure(row.line, fmt::format("{} is declared with another role or unit; correct one of both", host.name));
    }
    says_another(row, *declared, declared->addresses, host.addresses, "address");
    says_another(row, *declared, declared->macs, host.macs, "MAC");
    return true;
  }

  // says_another: a cut goes to the addresses that are declared, so a machine that was replaced must be corrected.
  template <class Address>
  void says_another(const CsvRow& row, const Host& declared, const std::vector<Address>& known,
                    const std::vector<Address>& told, std::string_view what) {
    for (const Address& one : told) {
      if (known.empty() || std::ranges::find(known, one) != known.end()) continue;
      unsure(row.line,
             fmt::format("{} has the {} {}, which is not among those declared for it ({}); correct one of both",
                         declared.name, what, one.text(), known.front().text()));
    }
  }

  // marks gives each address and MAC of a host, and whether no earlier line had it.
  std::vector<std::pair<std::string, bool>> marks(const Host& host) {
    std::vector<std::pair<std::string, bool>> out;
    for (const IpAddress& address : host.addresses)
      out.emplace_back(address.text(), marks_.insert(address.text()).second);
    for (const Mac& mac : host.macs) out.emplace_back(mac.text(), marks_.insert(mac.text()).second);
    return out;
  }

  const Mapping& mapping_;
  const Estate& known_;
  NetworkTable table_;
  const std::string& file_;
  const Limits& limits_;
  Imported& out_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::unordered_map<std::string, const Host*> names_;
  std::unordered_map<std::string, std::uint32_t> names_here_;
  std::unordered_set<std::string> marks_;
};

// text_of decodes one of the two files; empty after complaining.
std::string text_of(const NamedText& file, const Limits& limits, std::vector<Problem>& problems) {
  if (file.bytes.size() > limits.file_bytes) {
    problems.push_back({file.name, 0, fmt::format("{} bytes; at most {}", file.bytes.size(), limits.file_bytes)});
    return {};
  }
  Decoded decoded = decode(file.bytes);
  if (!decoded.refused.empty()) problems.push_back({file.name, 0, std::string(decoded.refused)});
  return std::move(decoded.text);
}

}  // namespace

std::size_t Imported::lines_left_out() const {
  std::unordered_set<std::uint32_t> lines;
  for (const Problem& problem : ambiguous) lines.insert(problem.line);
  return lines.size();
}

Imported import_inventory(const NamedText& exported, const NamedText& mapping, const Estate& known,
                          const Limits& limits) {
  Imported out;
  const std::string mapping_text = text_of(mapping, limits, out.problems);
  const std::string text = text_of(exported, limits, out.problems);
  if (!out.problems.empty()) return out;
  const Mapping read = MappingReader(known, mapping.name, out.problems).read(mapping_text);
  const Csv csv = parse_csv(text, {.comments = false, .lines_in_quotes = true});
  if (csv.header.empty()) out.problems.push_back({exported.name, 0, "is empty; its first line names the columns"});
  if (!out.problems.empty()) return out;
  for (const CsvProblem& problem : csv.problems) out.ambiguous.push_back({exported.name, problem.line, problem.text});
  Importer(read, known, exported.name, limits, out).read(csv);
  if (!out.problems.empty()) out.hosts.clear();
  std::ranges::stable_sort(out.ambiguous, {}, &Problem::line);
  return out;
}

std::string hosts_csv(const Estate& estate, std::span<const Host> hosts) {
  std::string out =
      "name,role,unit,network,addresses,macs,protected,harm_per_hour_blocked,harm_if_lost,criticality,administered_by,"
      "attached_to,grain,origin\n";
  for (const Host& host : hosts) {
    std::vector<std::string> addresses;
    std::vector<std::string> macs;
    for (const IpAddress& address : host.addresses) addresses.push_back(address.text());
    for (const Mac& mac : host.macs) macs.push_back(mac.text());
    const bool in_a_word = host.criticality != Criticality::normal;  // which says the figures too
    const auto amount = [&](double value) {
      return value > 0 && !in_a_word ? fmt::format("{}", value) : std::string();
    };
    out +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(host.name), word(host.role),
                    host.unit ? csv_field(estate.units[host.unit->value].name) : "",
                    host.network ? csv_field(estate.networks[host.network->value].name) : "", fmt::join(addresses, "|"),
                    fmt::join(macs, "|"), host.is_protected ? "yes" : "", amount(host.harm_per_hour_blocked),
                    amount(host.harm_if_lost), in_a_word ? word(host.criticality) : "", csv_field(host.administered_by),
                    csv_field(host.attached_to), word(host.grain), word(host.origin));
  }
  return out;
}

std::string flow_csv_head() {
  return "client,server,service,port,protocol,unit,dependence,tolerance_hours,fallback,care\n";
}

std::string flow_csv_row(const Estate& estate, const Flow& flow) {
  const Host& client = estate.hosts[flow.client.value];
  const Host& server = estate.hosts[flow.server.value];
  const auto unit = client.unit ? client.unit : server.unit;
  return fmt::format("{},{},{},{},{},{},{},{},{},{}\n", csv_field(client.name), csv_field(server.name),
                     csv_field(estate.services[flow.service].name), flow.port, flow.udp ? "udp" : "tcp",
                     unit ? csv_field(estate.units[unit->value].name) : "", flow.dependence, flow.tolerance_hours,
                     word(flow.fallback), flow.care ? "yes" : "");
}

}  // namespace cordon::estate
