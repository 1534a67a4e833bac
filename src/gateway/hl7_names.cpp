// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "gateway/gateway.h"
#include "hl7/mdc.h"
#include "intellivue/nomenclature.h"

namespace cordon::gateway {

namespace {

constexpr std::uint32_t scada_partition = 2;  // of IEEE 11073-10101: what is measured
constexpr std::uint32_t own_terms = 0xF000;   // from here on a manufacturer's own

/// is_feed: a kind of traffic in MSH-3, where the sender's name belongs. Seen: DEC, WFM, WCM.
bool is_feed(std::string_view sender) {
  constexpr std::array<std::string_view, 4> feeds{"DEC", "WFM", "WCM", "ACM"};
  return std::ranges::find(feeds, sender) != feeds.end();
}

std::uint64_t hash_of(std::string_view text) {  // FNV-1a: the same in every run, because names are recorded
  std::uint64_t out = 0xcbf29ce484222325U;
  for (const char c : text) {
    out ^= static_cast<std::uint8_t>(c);
    out *= 0x100000001b3U;
  }
  return out;
}

std::string device_key(const std::string& name) {
  return hl7_key(name, device_text_bytes_max);
}

std::uint32_t decimal_number(std::string_view text) {
  std::uint32_t out = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), out);
  return done.ec == std::errc() && done.ptr == text.data() + text.size() ? out : 0;
}

/// channel_of gives OBX-4 down to the channel; all of it where it goes no further, so that nothing is joined unasked.
std::string channel_of(const hl7::Containment& containment) {
  constexpr std::size_t levels = 3;  // device, subdevice, channel; then the metric
  if (!containment.channel.empty() || containment.parts.size() <= levels) {
    return containment.channel.empty() ? containment.text : containment.channel;
  }
  std::size_t end = 0;
  for (std::size_t level = 0; level < levels; ++level) end = containment.text.find('.', end + (level > 0 ? 1 : 0));
  return containment.text.substr(0, end);
}

}  // namespace

std::string Hl7Name::by_own() const {
  return device_key(alone ? sender : sender + "/" + own);
}

std::string Hl7Name::at(const std::string& who, const std::string& place) {
  return device_key(who + "/bed " + place);
}

Hl7Name hl7_name(const hl7::Report& report, const std::string& address) {
  Hl7Name out;
  out.place = device_key(report.place);
  if (report.dialect == hl7::Dialect::mindray_pds) {
    out.sender = "hl7:" + address;
    out.own = report.bed_address;
    out.alone = report.bed_address == address;
    return out;
  }
  out.unique = !report.sender_id.empty();
  const bool named = !report.sender.empty() && !is_feed(report.sender);
  if (named) out.model = report.sender;
  out.sender = "hl7:" + device_key(out.unique ? report.sender_id : named ? report.sender : address);
  // A gateway that writes its own name into OBX-18 says nothing of the device.
  if (!report.device_stated || report.device == report.sender) return out;
  out.own = device_key(report.device);
  out.alone = report.device == report.sender_id;
  return out;
}

std::string hl7_text(std::string_view foreign) {
  return shown(foreign, device_text_bytes_max);
}

std::string hl7_key(std::string_view foreign, std::size_t bytes_max) {
  std::string out = shown(foreign, bytes_max);
  if (out == foreign) return out;
  const std::string hash = fmt::format("#{:016x}", hash_of(foreign));
  return shown(foreign, bytes_max - hash.size()) + hash;
}

bool has_number(const hl7::Code& code) {
  return code.id.find_first_not_of('0') != std::string::npos;
}

std::string code_key(const hl7::Code& code) {
  return has_number(code) || code.name.empty() ? code.id : code.name;
}

std::uint32_t mdc_number(const hl7::Code& code) {
  if (code.system == "MDIL") {
    const std::uint32_t number = hl7::mdil_number(code.id).value_or(0);
    return (number & 0xffffU) < own_terms ? number : 0;
  }
  return code.system == "MDC" || code.name.starts_with("MDC_") ? decimal_number(code.id) : 0;
}

std::string_view mdc_label(std::uint32_t code) {
  if (code >> 16U != scada_partition) return {};
  return intellivue::physio_label(static_cast<std::uint16_t>(code & 0xffffU));
}

std::string hl7_label(const hl7::Code& code) {
  if (const std::string_view known = mdc_label(mdc_number(code)); !known.empty()) return std::string(known);
  const std::string_view name = code.name;
  return hl7_text(name.empty() ? std::string_view(code.id) : name.starts_with("MDC_") ? name.substr(4) : name);
}

event::Channel hl7_channel(const hl7::Code& code, const hl7::Containment& containment, const hl7::Unit& unit) {
  event::Channel out{hl7_key(code_key(code) + "@" + containment.text, hl7_handle_bytes_max), mdc_number(code),
                     hl7_label(code), hl7_key(unit.ucum, hl7_handle_bytes_max),
                     hl7_key(channel_of(containment), hl7_handle_bytes_max)};
  if (unit.ucum.empty() && !unit.text.empty()) {
    constexpr std::string_view prefix = "MDC_DIM_";
    const std::string_view text = unit.text;
    out.label =
        hl7_text(out.label + " (" + std::string(text.substr(text.starts_with(prefix) ? prefix.size() : 0)) + ")");
  }
  return out;
}

}  // namespace cordon::gateway
