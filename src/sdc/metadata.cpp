// SPDX-License-Identifier: Apache-2.0
#include "sdc/metadata.h"

#include <algorithm>

namespace cordon::sdc {
namespace {

struct Field {
  std::string_view local;
  std::string Metadata::*member;
};
constexpr Field model_fields[] = {
    {"Manufacturer", &Metadata::manufacturer}, {"ManufacturerUrl", &Metadata::manufacturer_url},
    {"ModelName", &Metadata::model},           {"ModelNumber", &Metadata::model_number},
    {"ModelUrl", &Metadata::model_url},        {"PresentationUrl", &Metadata::presentation_url},
};
constexpr Field device_fields[] = {
    {"FriendlyName", &Metadata::friendly_name},
    {"FirmwareVersion", &Metadata::firmware},
    {"SerialNumber", &Metadata::serial_number},
};

template <std::size_t n>
void read_fields(const Element& from, const Field (&fields)[n], Metadata& out) {
  for (const auto& [local, member] : fields) out.*member = from.text_of(ns::dpws, local);
}

std::vector<std::string> types_in(const Element& from) {
  const std::string types = from.text_of(ns::dpws, "Types");
  std::vector<std::string> out;
  for (const std::string_view word : words(types, names_in_value_max)) out.emplace_back(word);
  return out;
}

Element types_element(const std::vector<std::string>& types) {
  std::string text;
  for (const auto& type : types) (text += text.empty() ? "" : " ") += type;
  return Element(ns::dpws, "Types", std::move(text));
}

Hosted read_hosted(const Element& from) {
  Hosted out;
  for (const auto& child : from.children)
    if (child.name.is(ns::wsa, "EndpointReference") && out.urls.size() < hosted_max)
      if (std::string url = address_in(&child); !url.empty()) out.urls.push_back(std::move(url));
  out.types = types_in(from);
  out.id = from.text_of(ns::dpws, "ServiceId");
  return out;
}

void read_relationship(const Element& from, Metadata& out) {
  if (const Element* host = from.child(ns::dpws, "Host")) {
    out.host = address_in(host->child(ns::wsa, "EndpointReference"));
    out.host_types = types_in(*host);
  }
  for (const auto& child : from.children)
    if (child.name.is(ns::dpws, "Hosted") && out.hosted.size() < hosted_max) out.hosted.push_back(read_hosted(child));
}

Element& section(Element& root, std::string_view dialect) {
  Element& made = root.add(Element(ns::mex, "MetadataSection"));
  return made.set("Dialect", std::string(ns::dpws) + "/" + std::string(dialect));
}

/// write_fields writes a section only where there is something to say.
template <std::size_t n>
void write_fields(Element& root, std::string_view dialect, const Field (&fields)[n], const Metadata& from) {
  Element made(ns::dpws, dialect);
  for (const auto& [local, member] : fields)
    if (!(from.*member).empty()) made.add(Element(ns::dpws, local, from.*member));
  if (!made.children.empty()) section(root, dialect).add(std::move(made));
}

void write_relationship(Element& root, const Metadata& metadata) {
  if (metadata.host.empty() && metadata.host_types.empty() && metadata.hosted.empty()) return;
  Element& relation = section(root, "Relationship").add(Element(ns::dpws, "Relationship"));
  relation.set("Type", std::string(ns::dpws) + "/host");
  Element host(ns::dpws, "Host");
  host.add(endpoint(ns::wsa, "EndpointReference", metadata.host));
  if (!metadata.host_types.empty()) host.add(types_element(metadata.host_types));
  relation.add(std::move(host));
  for (const auto& each : metadata.hosted) {
    Element hosted(ns::dpws, "Hosted");
    for (const auto& url : each.urls) hosted.add(endpoint(ns::wsa, "EndpointReference", url));
    hosted.add(types_element(each.types));
    hosted.add(Element(ns::dpws, "ServiceId", each.id));
    relation.add(std::move(hosted));
  }
}

}  // namespace

bool Hosted::offers(std::string_view port_type) const {
  return std::any_of(types.begin(), types.end(), [&](const std::string& type) { return local_of(type) == port_type; });
}

const Hosted* Metadata::hosting(std::string_view port_type) const {
  for (const auto& each : hosted)
    if (each.offers(port_type) && !each.urls.empty()) return &each;
  return nullptr;
}

std::optional<Metadata> read_metadata(const Element& body) {
  if (!body.name.is(ns::mex, "Metadata")) return std::nullopt;
  Metadata out;
  for (const auto& part : body.children) {
    if (const Element* model = part.child(ns::dpws, "ThisModel")) {
      read_fields(*model, model_fields, out);
    } else if (const Element* device = part.child(ns::dpws, "ThisDevice")) {
      read_fields(*device, device_fields, out);
    } else if (const Element* relation = part.child(ns::dpws, "Relationship")) {
      read_relationship(*relation, out);
    } else {
      out.other.push_back(part);
    }
  }
  return out;
}

Element metadata_element(const Metadata& metadata) {
  Element root(ns::mex, "Metadata");
  write_fields(root, "ThisModel", model_fields, metadata);
  write_fields(root, "ThisDevice", device_fields, metadata);
  write_relationship(root, metadata);
  for (const auto& part : metadata.other) root.add(part);
  return root;
}

Element get_metadata_element() {
  return Element(ns::mex, "GetMetadata");
}

}  // namespace cordon::sdc
