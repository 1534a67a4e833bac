// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include "grammar/answer.h"

#include <array>
#include <limits>
#include <utility>

#include "grammar/line.h"

namespace cordon::grammar {

namespace {

constexpr std::uint64_t number_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::array<std::pair<Rules, const char*>, 4> rules_words{
    {{Rules::unchecked, "unchecked"}, {Rules::whole, "whole"}, {Rules::changed, "changed"}, {Rules::absent, "absent"}}};

std::string read_id(Line& line, const Word& word, bool may_be_none) {
  if (!valid_id(word.text) && !(may_be_none && word.text == "-")) line.complain(word.column, "not an id");
  return std::string(word.text);
}

std::uint64_t read_number(Line& line, std::string_view key) {
  return line.number(line.needed(key, "a number is missing"), number_max, "not a number");
}

Ok read_ok(Line& line) {
  Ok out;
  out.id = read_id(line, line.next("the id is missing"), false);
  out.count = read_number(line, "count");
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

Element read_element(Line& line) {
  Element out;
  const Word kind = line.next("the kind is missing");
  if (const auto value = cut_kind_of(kind.text)) {
    out.kind = *value;
  } else {
    line.complain(kind.column, "unknown kind of cut");
  }
  const Word target = line.next("the target is missing");
  if (const auto mac = Mac::parse(target.text)) {
    out.target = *mac;
  } else if (const auto ip = Ip::parse(target.text)) {
    out.target = *ip;
  } else if (const auto flow = Flow::parse(target.text)) {
    out.target = *flow;
  } else if (const auto border = Border::parse(target.text)) {
    out.target = *border;
  } else {
    line.complain(target.column, "not an address, a flow or a border");
  }
  out.cut = read_id(line, line.needed("cut", "cut=… is missing"), true);
  const Word remaining = line.needed("remaining", "remaining=… is missing");
  out.remaining =
      std::chrono::seconds(line.number(remaining, std::numeric_limits<std::uint32_t>::max(), "not a number"));
  out.packets = read_number(line, "packets");
  out.bytes = read_number(line, "bytes");
  return out;
}

Counter read_counter(Line& line) {
  Counter out;
  out.name = read_id(line, line.next("the name is missing"), false);
  out.packets = read_number(line, "packets");
  out.bytes = read_number(line, "bytes");
  return out;
}

/// The text of an error may hold any number of blanks, so it is not split into words.
std::variant<AnswerLine, Complaint> read_refusal(std::string_view text) {
  std::array<std::string_view, 3> words;
  std::size_t begin = std::string_view("error ").size();
  Refusal out;
  for (std::string_view& word : words) {
    const std::size_t end = text.find(' ', begin);
    if (end == std::string_view::npos) return Complaint{"-", Code::malformed, text.size() + 1, "a word is missing"};
    word = text.substr(begin, end - begin);
    begin = end + 1;
  }
  const auto code = code_of(words[1]);
  const auto column = parse_number(words[2], number_max);
  const std::string_view rest = text.substr(begin);
  if (!(words[0] == "-" || valid_id(words[0])) || !code || !column || rest.size() > error_text_bytes_max ||
      std::any_of(rest.begin(), rest.end(), [](char c) { return c < ' ' || c > '~'; })) {
    return Complaint{"-", Code::malformed, 1, "not an error line"};
  }
  return AnswerLine{Refusal{std::string(words[0]), *code, *column, std::string(rest)}};
}

std::string numbers(std::uint64_t packets, std::uint64_t bytes) {
  return " packets=" + std::to_string(packets) + " bytes=" + std::to_string(bytes);
}

struct Formatter {
  std::string operator()(const Ok& ok) const {
    std::string out = "ok " + ok.id + " count=" + std::to_string(ok.count) + " rules=";
    for (const auto& [value, name] : rules_words) {
      if (value == ok.rules) out += name;
    }
    return out;
  }
  std::string operator()(const Refusal& refusal) const {
    std::string text = refusal.text.substr(0, error_text_bytes_max);
    for (char& c : text) {
      if (c < ' ' || c > '~') c = '?';
    }
    return "error " + refusal.id + ' ' + to_string(refusal.code) + ' ' + std::to_string(refusal.column) + ' ' + text;
  }
  std::string operator()(const Element& element) const {
    const std::string target = std::visit([](const auto& value) { return value.text(); }, element.target);
    return std::string("element ") + to_string(element.kind) + ' ' + target + " cut=" + element.cut +
           " remaining=" + std::to_string(element.remaining.count()) + numbers(element.packets, element.bytes);
  }
  std::string operator()(const Counter& counter) const {
    return "counter " + counter.name + numbers(counter.packets, counter.bytes);
  }
  std::string operator()(const End&) const { return "."; }
};

}  // namespace

std::variant<AnswerLine, Complaint> parse_answer(std::string_view text) {
  if (text.starts_with("error ")) return read_refusal(text);
  Line line(text);
  AnswerLine out;
  if (line.good()) {
    const Word kind = line.next("a word is missing");
    if (kind.text == "ok") {
      out = read_ok(line);
    } else if (kind.text == "element") {
      out = read_element(line);
    } else if (kind.text == "counter") {
      out = read_counter(line);
    } else if (kind.text == ".") {
      out = End{};
    } else {
      line.complain(kind.column, "unknown answer");
    }
    line.finish();
  }
  if (!line.good()) return line.complaint();
  return out;
}

std::string format(const AnswerLine& line) {
  return std::visit(Formatter{}, line);
}

}  // namespace cordon::grammar
