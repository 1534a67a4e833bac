// SPDX-License-Identifier: Apache-2.0
#include "sdc/discovery.h"

#include <algorithm>
#include <array>

#include "sdc/text.h"

namespace cordon::sdc {
namespace {

struct MessageName {
  DiscoveryKind kind;
  std::string_view local;
  std::string_view match;  // the element of one device inside, "" where the message is it
};
constexpr MessageName messages[] = {
    {DiscoveryKind::hello, "Hello", ""},     {DiscoveryKind::bye, "Bye", ""},
    {DiscoveryKind::probe, "Probe", ""},     {DiscoveryKind::probe_matches, "ProbeMatches", "ProbeMatch"},
    {DiscoveryKind::resolve, "Resolve", ""}, {DiscoveryKind::resolve_matches, "ResolveMatches", "ResolveMatch"},
};

struct Detail {
  std::string_view key;
  std::string Location::*member;
};
// The order of 11073-20701's location URI; the keys of its query.
constexpr std::array<Detail, 6> details{{{"fac", &Location::facility},
                                         {"bldng", &Location::building},
                                         {"flr", &Location::floor},
                                         {"poc", &Location::point_of_care},
                                         {"rm", &Location::room},
                                         {"bed", &Location::bed}}};

std::vector<std::string> owned(std::string_view text, std::size_t most) {
  std::vector<std::string> out;
  for (const std::string_view word : words(text, most)) out.emplace_back(word);
  return out;
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& each : all) (out += out.empty() ? "" : " ") += each;
  return out;
}

Device read_device(const Element& from) {
  Device device;
  device.address = address_in(from.child(ns::wsa, "EndpointReference"));
  device.types = owned(from.text_of(ns::wsd, "Types"), names_in_value_max);
  device.scopes = owned(from.text_of(ns::wsd, "Scopes"), scopes_max);
  device.urls = owned(from.text_of(ns::wsd, "XAddrs"), scopes_max);
  device.metadata_version = read_unsigned(from.text_of(ns::wsd, "MetadataVersion")).value_or(0);
  return device;
}

void write_device(Element& into, const Device& device, bool is_probe) {
  if (!device.address.empty()) into.add(endpoint(ns::wsa, "EndpointReference", device.address));
  if (!device.types.empty()) into.add(Element(ns::wsd, "Types", joined(device.types)));
  if (!device.scopes.empty()) into.add(Element(ns::wsd, "Scopes", joined(device.scopes)));
  if (!device.urls.empty()) into.add(Element(ns::wsd, "XAddrs", joined(device.urls)));
  if (!is_probe && (device.metadata_version != 0 || !device.types.empty()))
    into.add(Element(ns::wsd, "MetadataVersion", std::to_string(device.metadata_version)));
}

std::optional<AppSequence> read_sequence(const std::vector<Element>& header) {
  for (const auto& block : header) {
    if (!block.name.is(ns::wsd, "AppSequence")) continue;
    const std::string* instance = block.attribute("InstanceId");
    const std::string* number = block.attribute("MessageNumber");
    if (instance == nullptr || number == nullptr) return std::nullopt;
    return AppSequence{read_unsigned(*instance).value_or(0), read_unsigned(*number).value_or(0)};
  }
  return std::nullopt;
}

}  // namespace

bool Location::empty() const {
  return std::all_of(details.begin(), details.end(), [this](const Detail& d) { return (this->*d.member).empty(); });
}

std::optional<Discovery> read_discovery(const Envelope& envelope) {
  for (const auto& [kind, local, match] : messages) {
    if (!envelope.body.name.is(ns::wsd, local)) continue;
    Discovery out{kind, {}, read_sequence(envelope.header)};
    if (match.empty()) out.devices.push_back(read_device(envelope.body));
    for (const auto& child : envelope.body.children)
      if (!match.empty() && child.name.is(ns::wsd, match) && out.devices.size() < matches_max)
        out.devices.push_back(read_device(child));
    return out;
  }
  return std::nullopt;
}

Envelope discovery_envelope(const Discovery& discovery, std::string_view message_id, std::string_view relates_to) {
  const auto& word = *std::find_if(std::begin(messages), std::end(messages),
                                   [&](const MessageName& w) { return w.kind == discovery.kind; });
  Element body(ns::wsd, word.local);
  for (const auto& device : discovery.devices) {
    Element& into = word.match.empty() ? body : body.add(Element(ns::wsd, word.match));
    write_device(into, device, discovery.kind == DiscoveryKind::probe);
  }
  Envelope out =
      request(relates_to.empty() ? discovery_to : anonymous, discovery_action(word.local), message_id, std::move(body));
  out.relates_to = relates_to;
  if (discovery.sequence) {
    Element sequence(ns::wsd, "AppSequence");
    sequence.set("InstanceId", std::to_string(discovery.sequence->instance));
    sequence.set("MessageNumber", std::to_string(discovery.sequence->number));
    out.header.push_back(std::move(sequence));
  }
  return out;
}

std::vector<std::string> medical_types() {
  return {braced(ns::dpws, "Device"), braced(ns::mdpws, "MedicalDevice")};
}

bool is_medical(const Device& device) {
  return std::any_of(device.types.begin(), device.types.end(),
                     [](const std::string& type) { return local_of(type) == "MedicalDevice"; });
}

std::optional<Location> location_of(const std::vector<std::string>& scopes) {
  for (std::string_view scope : scopes) {
    const auto question = scope.find('?');
    if (!scope.starts_with("sdc.ctxt.loc:") || question == std::string_view::npos) continue;
    Location out;
    std::string_view query = scope.substr(question + 1);
    query = query.substr(0, query.find('#'));
    while (!query.empty()) {
      const std::string_view pair = query.substr(0, query.find('&'));
      query.remove_prefix(std::min(query.size(), pair.size() + 1));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      for (const auto& [key, member] : details)
        if (pair.substr(0, equals) == key) out.*member = percent_decoded(pair.substr(equals + 1));
    }
    if (!out.empty()) return out;
  }
  return std::nullopt;
}

std::string location_scope(const Location& location) {
  std::string path;
  std::string query;
  for (const auto& [key, member] : details) {
    const std::string value = percent_encoded(location.*member);
    path += (path.empty() && key == "fac" ? "" : "%2F") + value;
    if (!value.empty()) query.append(query.empty() ? "?" : "&").append(key).append("=").append(value);
  }
  return "sdc.ctxt.loc:/sdc.ctxt.loc.detail/" + path + query;
}

}  // namespace cordon::sdc
