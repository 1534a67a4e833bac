// SPDX-License-Identifier: Apache-2.0
#include "estate/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "estate/csv.h"
#include "estate/names.h"
#include "estate/records.h"
#include "estate/text.h"
#include "estate/toml.h"

namespace cordon::estate {

namespace {

struct KindSpec {
  std::string_view name;  // [[name]] in TOML
  std::string_view file;  // in CSV
  std::string_view what;
  std::string_view row;  // the same for CSV
  std::vector<std::string_view> keys;
  std::vector<std::string_view> needed;
};

// In the order of Kind.
const std::array<KindSpec, kinds> specs{{
    {"site", "sites.csv", "a [[site]]", "a site", {"name", "within"}, {"name"}},
    {"building", "buildings.csv", "a [[building]]", "a building", {"name", "site"}, {"name"}},
    {"unit",
     "units.csv",
     "a [[unit]]",
     "a unit",
     {"name", "kind", "building", "site", "beds", "patients"},
     {"name", "kind"}},
    {"network", "networks.csv", "a [[network]]", "a network", {"name", "site", "vlan", "prefixes", "inside"}, {"name"}},
    {"border",
     "borders.csv",
     "a [[border]]",
     "a border",
     {"from", "to", "permits", "can_close"},
     {"from", "to", "permits"}},
    {"service", "services.csv", "a [[service]]", "a service", {"name", "without", "without_en"}, {"name"}},
    {"host",
     "hosts.csv",
     "a [[host]]",
     "a host",
     {"name", "role", "unit", "network", "addresses", "macs", "protected", "needs_account", "harm_per_hour_blocked",
      "harm_if_lost", "criticality", "administered_by", "attached_to", "grain", "origin"},
     {"name", "role"}},
    {"bed", "beds.csv", "a [[bed]]", "a bed", {"name", "unit", "devices"}, {"name", "unit"}},
    {"passage",
     "passages.csv",
     "a [[passage]]",
     "a passage",
     {"from", "to", "permits", "can_close"},
     {"from", "to", "permits"}},
    {"account",
     "accounts.csv",
     "an [[account]]",
     "an account",
     {"name", "signs_in_on", "shared", "unit", "dependence", "protected"},
     {"name", "unit"}},
    {"care_flow",
     "care_flows.csv",
     "a [[care_flow]]",
     "a care flow",
     {"server", "port", "protocol", "what"},
     {"server", "port"}},
    {"flow",
     "flows.csv",
     "a [[flow]]",
     "a flow",
     {"client", "server", "port", "protocol", "service", "unit", "dependence", "tolerance_hours", "fallback", "care"},
     {"client", "server", "service"}},
}};

std::string_view file_part(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// What people save tables as, beside the two endings that are read.
constexpr std::array<std::string_view, 17> table_endings{"csv",  "toml",    "tsv",  "tab",  "psv", "xls",
                                                         "xlsx", "xlsm",    "xlsb", "xltx", "ods", "fods",
                                                         "ots",  "numbers", "dif",  "slk",  "dbf"};
// What stands beside a table and is none: copies, papers, signatures, programs.
constexpr std::array<std::string_view, 22> other_endings{"bak", "old", "orig", "save", "tmp",    "swp", "log", "lock",
                                                         "md",  "rst", "html", "pdf",  "docx",   "odt", "png", "jpeg",
                                                         "jpg", "svg", "asc",  "sig",  "sha256", "py"};

bool is_one_of(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// left_behind: an editor, a spreadsheet or a copying program made it, not a person.
bool left_behind(std::string_view name) {
  return name.starts_with('.') || name.starts_with("~$") || name.ends_with('~') || name.ends_with('#');
}

// file_named gives hosts.csv for "hosts", hospital.toml for "hospital", nothing for what no table is called.
std::string file_named(std::string_view stem) {
  if (stem == "hospital") return "hospital.toml";
  const auto file =
      std::ranges::find_if(specs, [&](const KindSpec& s) { return s.file.substr(0, s.file.find('.')) == stem; }, {});
  return file == specs.end() ? std::string() : std::string(file->file);
}

bool is_toml(std::string_view name) {
  return !name.ends_with(".csv");
}

Value value_of(const toml::node& node) {
  if (const auto text = node.as_string()) return text->get();
  if (const auto number = node.as_integer()) return static_cast<double>(number->get());
  if (const auto number = node.as_floating_point()) return number->get();
  if (const auto flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *list) {
      if (!item.is_string()) return {};
      items.push_back(item.as_string()->get());
    }
    return items;
  }
  return {};
}

class Reader {
 public:
  Reader(const Limits& limits, Complaints& complaints) : limits_(limits), complaints_(complaints) {}

  Records read(std::span<const NamedText> texts) {
    for (const NamedText& text : texts) {
      read_text(text);
      ++file_;
    }
    return std::move(out_);
  }

 private:
  Place at(std::uint32_t line) const { return {file_, line}; }
  static std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

  void all_incomplete() { out_.incomplete.fill(true); }

  void read_text(const NamedText& text) {
    if (!text.unread.empty()) {
      complaints_.add(at(0), text.unread);
      return all_incomplete();
    }
    if (text.bytes.size() > limits_.file_bytes) {
      complaints_.add(at(0), fmt::format("{} bytes; at most {}", text.bytes.size(), limits_.file_bytes));
      return all_incomplete();
    }
    const Decoded decoded = decode(text.bytes);
    if (!decoded.refused.empty()) {
      complaints_.add(at(0), std::string(decoded.refused));
      return all_incomplete();
    }
    if (decoded.was_windows_1252) {
      complaints_.note(at(0), "is not UTF-8 and was read as Windows-1252 (Latin-1); look at the accents");
    }
    if (is_toml(text.name)) {
      read_toml(decoded.text);
    } else {
      read_csv(file_part(text.name), decoded.text);
    }
  }

  void read_toml(std::string_view text) {
    TomlMistake mistake;
    const auto root = parse_toml(text, mistake);
    if (!root) {
      complaints_.add(at(mistake.line), std::move(mistake.text));
      return all_incomplete();
    }
    Record& head = out_.heads.emplace_back(at(line_of(*root)), "the file", false, false);
    for (const auto& [key, node] : *root) read_root_key(key.str(), key.source().begin.line, node, head);
  }

  void read_root_key(std::string_view key, std::uint32_t line, const toml::node& node, Record& head) {
    if (key == "hospital") {
      head.fields.push_back({std::string(key), at(line), value_of(node)});
      return;
    }
    if (key == "weights") {
      if (const toml::table* table = node.as_table()) {
        add_fields(*table, out_.weights.emplace_back(at(line), "[weights]", false, false));
      } else {
        complaints_.add(at(line), "write [weights] in brackets");
      }
      return;
    }
    const auto spec = std::ranges::find(specs, key, &KindSpec::name);
    if (spec == specs.end()) {
      std::string known = "hospital, weights";
      for (const KindSpec& s : specs) known += fmt::format(", {}", s.name);
      complaints_.add(at(line), fmt::format("unknown key '{}' in the file; known are: {}", key, known));
      return;
    }
    const toml::array* list = node.as_array();
    const bool tables = list != nullptr && std::ranges::all_of(*list, [](const toml::node& n) { return n.is_table(); });
    if (!tables) {
      complaints_.add(at(line), fmt::format("write [[{}]] with double brackets", key));
      out_.incomplete[static_cast<std::size_t>(spec - specs.begin())] = true;
      return;
    }
    for (const toml::node& item : *list) {
      Record record(at(line_of(item)), spec->what, false, false);
      add_fields(*item.as_table(), record);
      for (const Field& field : record.fields) {
        if (std::ranges::find(spec->keys, field.key) != spec->keys.end()) continue;
        complaints_.add(field.place, fmt::format("unknown key '{}' in [[{}]]; known are: {}", field.key, spec->name,
                                                 fmt::join(spec->keys, ", ")));
      }
      out_.of[static_cast<std::size_t>(spec - specs.begin())].push_back(std::move(record));
    }
  }

  void add_fields(const toml::table& table, Record& record) {
    for (const auto& [key, node] : table) {
      record.fields.push_back({std::string(key.str()), at(line_of(node)), value_of(node)});
    }
  }

  void read_csv(std::string_view name, std::string_view text) {
    const auto spec = std::ranges::find(specs, name, &KindSpec::file);
    if (spec == specs.end()) {
      std::vector<std::string_view> files;
      for (const KindSpec& s : specs) files.push_back(s.file);
      complaints_.add(at(0), fmt::format("no file of an estate has this name; known are: {}", fmt::join(files, ", ")));
      return all_incomplete();
    }
    const auto kind = static_cast<std::size_t>(spec - specs.begin());
    Csv csv = parse_csv(text);
    for (CsvProblem& problem : csv.problems) complaints_.add(at(problem.line), std::move(problem.text));
    if (!columns_fit(csv, *spec)) {
      out_.incomplete[kind] = true;
      return;
    }
    for (CsvRow& row : csv.rows) {
      Record record(at(row.line), spec->row, true, !row.whole);
      const std::size_t columns = std::min(row.fields.size(), csv.header.size());
      for (std::size_t i = 0; i < columns; ++i) {
        record.fields.push_back({csv.header[i], at(row.line), std::move(row.fields[i])});
      }
      // A row that broke off behind its name is known by it; one before might be anybody.
      out_.incomplete[kind] = out_.incomplete[kind] || (!row.whole && !record.has("name"));
      out_.of[kind].push_back(std::move(record));
    }
  }

  // columns_fit complains of the header; false when the rows cannot be understood.
  bool columns_fit(const Csv& csv, const KindSpec& spec) {
    if (csv.header.empty()) {
      complaints_.add(at(0), fmt::format("is empty; its first line names the columns: {}", fmt::join(spec.keys, ",")));
      return false;
    }
    bool fit = true;
    std::vector<std::string_view> missing;
    std::ranges::copy_if(spec.keys, std::back_inserter(missing),
                         [&](std::string_view key) { return std::ranges::find(csv.header, key) == csv.header.end(); });
    std::vector<std::string_view> misspelt;
    for (auto column = csv.header.begin(); column != csv.header.end(); ++column) {
      if (column->empty()) {
        unnamed(csv, static_cast<std::size_t>(column - csv.header.begin()));
      } else if (std::ranges::find(spec.keys, *column) == spec.keys.end()) {
        const auto word = meant(*column, missing);
        if (word) misspelt.push_back(*word);
        complaints_.add(at(csv.header_line),
                        fmt::format("unknown column '{}' in {}; {}", *column, spec.file,
                                    word ? fmt::format("did you mean '{}'?", *word)
                                         : fmt::format("known are: {}", fmt::join(spec.keys, ", "))));
      } else if (std::find(csv.header.begin(), column, *column) != column) {
        complaints_.add(at(csv.header_line), fmt::format("the column '{}' stands twice; keep one", *column));
        fit = false;
      }
    }
    for (const std::string_view needed : spec.needed) {
      if (!is_one_of(missing, needed)) continue;
      fit = false;
      if (is_one_of(misspelt, needed)) continue;
      complaints_.add(at(csv.header_line),
                      fmt::format("{} has no column '{}'; add one (the separator was read as '{}')", spec.file, needed,
                                  csv.separator));
    }
    return fit;
  }

  // unnamed: a spreadsheet may save empty columns beside the table.
  void unnamed(const Csv& csv, std::size_t column) {
    const auto filled = std::ranges::find_if(
        csv.rows, [&](const CsvRow& row) { return column < row.fields.size() && !row.fields[column].empty(); });
    if (filled == csv.rows.end()) return;
    complaints_.add(at(csv.header_line),
                    fmt::format("a column without a name; name it, or empty it: line {} has '{}' there", filled->line,
                                filled->fields[column]));
  }

  const Limits& limits_;
  Complaints& complaints_;
  Records out_;
  std::uint16_t file_ = 0;
};

}  // namespace

Records read_records(std::span<const NamedText> texts, const Limits& limits, Complaints& complaints) {
  return Reader(limits, complaints).read(texts);
}

bool is_estate_file(std::string_view name) {
  return !left_behind(name) && (name.ends_with(".toml") || name.ends_with(".csv"));
}

std::string why_not_taken(std::string_view name) {
  if (is_estate_file(name) || left_behind(name)) return {};
  const std::string small = in_small_letters(name);
  if (is_estate_file(small))
    return fmt::format("is not read, for its ending is not in small letters; rename it to {}", small);
  const std::size_t dot = small.rfind('.');
  const std::string ending = dot == std::string::npos ? std::string() : small.substr(dot + 1);
  const std::string table = file_named(std::string_view(small).substr(0, small.find('.')));
  if (!is_one_of(table_endings, ending) && (table.empty() || is_one_of(other_endings, ending))) return {};
  if (table.ends_with(".toml"))
    return "looks like a file of an estate and is not read; save it as hospital.toml, or move it elsewhere";
  return fmt::format(
      "looks like a file of an estate and is not read; save it as \"CSV UTF-8\" by the name {}, or move it elsewhere",
      table.empty() ? "of what it holds, such as hosts.csv" : table);
}

Loaded load(std::span<const NamedText> texts, const Limits& limits) {
  Loaded out;
  if (texts.empty() || texts.size() > limits.files) {
    out.problems.push_back({"", 0, fmt::format("an estate is 1 to {} files, not {}", limits.files, texts.size())});
    return out;
  }
  std::vector<std::string> names;
  for (const NamedText& text : texts) names.push_back(text.name);
  Complaints complaints(std::move(names), limits.problems);
  const Records records = read_records(texts, limits, complaints);
  Estate estate = assemble(records, limits, complaints);
  if (!complaints.any()) {
    estate.index();
    out.estate = std::move(estate);
  }
  complaints.finish(out);
  return out;
}

Loaded load(std::string_view toml, std::string_view file) {
  const NamedText text{std::string(file), std::string(toml)};
  return load(std::span(&text, 1));
}

}  // namespace cordon::estate
