// SPDX-License-Identifier: Apache-2.0
#include "sdc/xml.h"

#include <algorithm>
#include <pugixml.hpp>

#include "sdc/utf8.h"

namespace cordon::sdc {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// holds_name says where a text is a list of names.
bool holds_name(const Name& element) {
  return (element.local == "Types" && (element.space == ns::wsd || element.space == ns::dpws)) ||
         element.is(ns::soap, "Value") || element.is(ns::pm, "Arg");
}
bool is_xsi_type(const Name& attribute) {
  return attribute.is(ns::xsi, "type");
}

/// Scope is the prefixes in force, innermost last.
struct Binding {
  std::string_view prefix;
  std::string_view space;
};
using Scope = std::vector<Binding>;

/// uri_of gives null for a prefix that nobody declared; the empty prefix is then "no namespace".
const std::string_view* uri_of(const Scope& scope, std::string_view prefix) {
  for (auto at = scope.rbegin(); at != scope.rend(); ++at)
    if (at->prefix == prefix) return &at->space;
  return nullptr;
}

bool declares(std::string_view name, std::string_view& prefix) {
  if (name == "xmlns") {
    prefix = {};
    return true;
  }
  if (!name.starts_with("xmlns:")) return false;
  prefix = name.substr(6);
  return true;
}

/// QName is a name as written: `prefix:local`, or `local` alone.
struct QName {
  std::string_view prefix;
  std::string_view local;
};
QName split(std::string_view raw) {
  const auto colon = raw.find(':');
  if (colon == std::string_view::npos) return {{}, raw};
  return {raw.substr(0, colon), raw.substr(colon + 1)};
}

/// A name has one colon at most, and neither before nor after it nothing (Namespaces in XML, section 4).
Result<Name> resolve(const Scope& scope, std::string_view raw, bool is_attribute, std::uint64_t offset) {
  const auto [prefix, local] = split(raw);
  const bool is_qualified = local.size() < raw.size();
  if (local.empty() || (is_qualified && prefix.empty()) || local.find(':') != std::string_view::npos || !is_utf8(local))
    return fail(ErrorCode::malformed, "sdc xml name", offset);
  if (local.size() > name_bytes_max) return fail(ErrorCode::limit, "sdc xml name", offset);
  if (prefix.empty() && is_attribute) return Name{{}, std::string(local)};
  const std::string_view* space = uri_of(scope, prefix);
  if (space == nullptr && !prefix.empty()) return fail(ErrorCode::malformed, "sdc xml prefix", offset);
  return Name{space == nullptr ? std::string() : std::string(*space), std::string(local)};
}

/// braced_value gives a word of a list of names with its namespace, alone where its prefix is nobody's, and "" for
/// what is no name.
std::string braced_value(const Scope& scope, std::string_view raw) {
  const auto [prefix, local] = split(raw);
  if (local.empty() || local.size() > name_bytes_max || local.find_first_of("{}:") != std::string_view::npos) return {};
  const std::string_view* space = uri_of(scope, prefix);
  return space == nullptr || space->empty() ? std::string(local) : braced(*space, local);
}

std::string braced_values(const Scope& scope, std::string_view text) {
  std::string out;
  for (const std::string_view word : words(text, names_in_value_max)) {
    const std::string name = braced_value(scope, word);
    if (name.empty()) continue;
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

class Reader {
 public:
  Result<Element> read(const pugi::xml_node& node, std::size_t depth) {
    const auto offset = static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(0, node.offset_debug()));
    if (depth > depth_max) return fail(ErrorCode::limit, "sdc xml depth", offset);
    if (++elements_ > elements_max) return fail(ErrorCode::limit, "sdc xml elements", offset);
    const std::size_t outer = scope_.size();
    CORDON_TRY_VOID(declare(node, offset));
    Element out;
    out.name = CORDON_TRY(resolve(scope_, node.name(), false, offset));
    CORDON_TRY_VOID(read_attributes(node, out, offset));
    CORDON_TRY_VOID(read_children(node, out, depth));
    finish_text(out);
    scope_.resize(outer);
    return out;
  }

 private:
  Result<void> declare(const pugi::xml_node& node, std::uint64_t offset) {
    std::size_t count = 0;
    for (const auto& attribute : node.attributes()) {
      if (++count > attributes_max) return fail(ErrorCode::limit, "sdc xml attributes", offset);
      std::string_view prefix;
      if (!declares(attribute.name(), prefix)) continue;
      if (++declarations_ > declarations_max) return fail(ErrorCode::limit, "sdc xml declarations", offset);
      const std::string_view space = attribute.value();
      if (space.size() > name_bytes_max) return fail(ErrorCode::limit, "sdc xml namespace", offset);
      const bool is_plain = std::none_of(space.begin(), space.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) > '~' || c == '{' || c == '}';
      });
      if (!is_plain || (space.empty() && !prefix.empty()))
        return fail(ErrorCode::malformed, "sdc xml namespace", offset);
      if (prefix != "xml") scope_.push_back({prefix, space});
    }
    return {};
  }

  Result<void> read_attributes(const pugi::xml_node& node, Element& out, std::uint64_t offset) {
    for (const auto& attribute : node.attributes()) {
      std::string_view prefix;
      if (declares(attribute.name(), prefix)) continue;
      Attribute made{CORDON_TRY(resolve(scope_, attribute.name(), true, offset)), clean_utf8(attribute.value())};
      // Twice is not well formed; who does not refuse it reads the first, and so it must be printed.
      if (out.attribute(made.name.space, made.name.local) != nullptr) continue;
      if (is_xsi_type(made.name)) made.value = braced_values(scope_, made.value);
      out.attributes.push_back(std::move(made));
    }
    return {};
  }

  Result<void> read_children(const pugi::xml_node& node, Element& out, std::size_t depth) {
    std::string text;
    for (const auto& inner : node.children()) {
      if (inner.type() == pugi::node_element) out.children.push_back(CORDON_TRY(read(inner, depth + 1)));
      if (inner.type() == pugi::node_pcdata || inner.type() == pugi::node_cdata) text += inner.value();
    }
    out.text = clean_utf8(text);
    return {};
  }

  void finish_text(Element& out) const {
    if (trimmed(out.text).empty()) out.text.clear();
    if (holds_name(out.name)) out.text = braced_values(scope_, out.text);
  }

  Scope scope_{{"xml", ns::xml}};
  std::size_t elements_ = 0;
  std::size_t declarations_ = 0;
};

/// Prefixes gives each namespace of a document its prefix.
class Prefixes {
 public:
  explicit Prefixes(const Element& root) { collect(root); }

  std::string_view of(std::string_view space) const {
    for (const auto& [uri, prefix] : used_)
      if (uri == space) return prefix;
    return "xml";
  }
  std::string qualified(std::string_view space, std::string_view local) const {
    std::string out;
    if (!space.empty()) out.append(of(space)) += ':';
    return out.append(local);
  }
  const std::vector<std::pair<std::string, std::string>>& all() const { return used_; }

 private:
  void collect(const Element& element) {
    note(element.name.space);
    for (const auto& attribute : element.attributes) {
      note(attribute.name.space);
      if (is_xsi_type(attribute.name)) note_values(attribute.value);
    }
    if (holds_name(element.name)) note_values(element.text);
    for (const auto& child : element.children) collect(child);
  }
  void note_values(std::string_view text) {
    for (const std::string_view word : words(text, names_in_value_max))
      if (const auto end = word.find('}'); word.starts_with('{') && end != std::string_view::npos)
        note(word.substr(1, end - 1));
  }
  void note(std::string_view space) {
    if (space.empty() || space == ns::xml) return;
    if (std::any_of(used_.begin(), used_.end(), [space](const auto& pair) { return pair.first == space; })) return;
    used_.emplace_back(std::string(space), preferred(space));
  }
  std::string preferred(std::string_view space) const {
    static constexpr std::pair<std::string_view, std::string_view> known[] = {
        {ns::soap, "s12"}, {ns::wsa, "wsa"}, {ns::wsd, "wsd"},     {ns::dpws, "dpws"}, {ns::wse, "wse"},
        {ns::wxf, "wxf"},  {ns::mex, "mex"}, {ns::mdpws, "mdpws"}, {ns::sdc, "sdc"},   {ns::ext, "ext"},
        {ns::pm, "pm"},    {ns::msg, "msg"}, {ns::xsi, "xsi"},     {ns::xsd, "xsd"},
    };
    for (const auto& [uri, prefix] : known)
      if (uri == space) return std::string(prefix);
    return "n" + std::to_string(used_.size());
  }

  std::vector<std::pair<std::string, std::string>> used_;
};

void escape(std::string& out, std::string_view text, bool in_attribute) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && in_attribute) {
      out += "&quot;";
    } else if (byte < ' ' && (in_attribute || (c != '\n' && c != '\t'))) {
      out += "&#" + std::to_string(byte) + ";";
    } else {
      out += c;
    }
  }
}

std::string qualified_values(const Prefixes& prefixes, std::string_view text) {
  std::string out;
  for (const std::string_view word : words(text, names_in_value_max)) {
    if (!out.empty()) out += ' ';
    const auto end = word.find('}');
    if (!word.starts_with('{') || end == std::string_view::npos || end == 1) {
      out += word;
    } else {
      out += prefixes.qualified(word.substr(1, end - 1), word.substr(end + 1));
    }
  }
  return out;
}

void print(std::string& out, const Element& element, const Prefixes& prefixes, bool is_root) {
  const std::string tag = prefixes.qualified(element.name.space, element.name.local);
  out.append("<").append(tag);
  if (is_root)
    for (const auto& [space, prefix] : prefixes.all()) {
      out.append(" xmlns:").append(prefix).append("=\"");
      escape(out, space, true);
      out += '"';
    }
  for (const auto& [name, value] : element.attributes) {
    out.append(" ").append(prefixes.qualified(name.space, name.local)).append("=\"");
    escape(out, is_xsi_type(name) ? qualified_values(prefixes, value) : value, true);
    out += '"';
  }
  if (element.children.empty() && element.text.empty()) {
    out += "/>";
    return;
  }
  out += '>';
  escape(out, holds_name(element.name) ? qualified_values(prefixes, element.text) : element.text, false);
  for (const auto& child : element.children) print(out, child, prefixes, false);
  out.append("</").append(tag).append(">");
}

}  // namespace

Element::Element(std::string_view space, std::string_view local, std::string content)
    : name{std::string(space), std::string(local)}, text(std::move(content)) {}

const std::string* Element::attribute(std::string_view local) const {
  return attribute({}, local);
}
const std::string* Element::attribute(std::string_view space, std::string_view local) const {
  for (const auto& each : attributes)
    if (each.name.is(space, local)) return &each.value;
  return nullptr;
}
const Element* Element::child(std::string_view space, std::string_view local) const {
  for (const auto& each : children)
    if (each.name.is(space, local)) return &each;
  return nullptr;
}
std::string Element::text_of(std::string_view space, std::string_view local) const {
  const Element* found = child(space, local);
  return found == nullptr ? std::string() : std::string(trimmed(found->text));
}
Element& Element::set(std::string_view local, std::string value) {
  attributes.push_back({{{}, std::string(local)}, std::move(value)});
  return *this;
}
Element& Element::add(Element child) {
  children.push_back(std::move(child));
  return children.back();
}

Result<Element> parse_xml(ByteView document) {
  if (document.size() > message_bytes_max) return fail(ErrorCode::limit, "sdc message", document.size());
  pugi::xml_document parsed;
  constexpr unsigned flags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_wconv_attribute | pugi::parse_eol |
                             pugi::parse_ws_pcdata | pugi::parse_doctype;
  const auto result = parsed.load_buffer(document.data(), document.size(), flags);
  if (!result)
    return fail(ErrorCode::malformed, "sdc xml",
                static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(0, result.offset)));
  const pugi::xml_node* root = nullptr;
  pugi::xml_node found;
  for (const auto& node : parsed.children()) {
    if (node.type() == pugi::node_doctype) return fail(ErrorCode::unsupported, "sdc xml doctype");
    if (node.type() != pugi::node_element) continue;
    if (root != nullptr) return fail(ErrorCode::malformed, "sdc xml second root");
    found = node;
    root = &found;
  }
  if (root == nullptr) return fail(ErrorCode::truncated, "sdc xml root");
  return Reader().read(found, 1);
}

std::string print_xml(const Element& root) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  print(out, root, Prefixes(root), true);
  return out;
}

std::string_view local_of(std::string_view name) {
  const auto end = name.rfind('}');
  return end == std::string_view::npos ? name : name.substr(end + 1);
}
std::string braced(std::string_view space, std::string_view local) {
  std::string out = "{";
  return out.append(space).append("}").append(local);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> words(std::string_view text, std::size_t most) {
  std::vector<std::string_view> out;
  for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos && out.size() < most;) {
    const auto end = std::min(text.find_first_of(blanks, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(blanks, end);
  }
  return out;
}

}  // namespace cordon::sdc
