// SPDX-License-Identifier: Apache-2.0
#include "app/web_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/clock.h"
#include "app/door.h"
#include "app/version.h"

namespace cordon::app {

std::string WebConfig::path_of(const std::string& relative) const {
  const std::filesystem::path path(relative);
  if (path.is_absolute() || folder.empty()) return relative;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

std::string why_not_served(const Error& error, const WebConfig& config) {
  return sentence_for(error, fmt::format("[web] {}:{}", config.web_address, config.web_port));
}

bool by_tls(const WebConfig& config) {
  return config.web_tls || !is_loopback_address(config.web_address);
}

std::string in_brackets(const std::string& name) {
  return name.find(':') == std::string::npos ? name : "[" + name + "]";
}

std::string web_url(const WebConfig& config, std::uint16_t port) {
  const bool anywhere = config.web_address == "0.0.0.0" || config.web_address == "::";
  const std::string name = !config.web_names.empty() ? config.web_names.front()
                           : anywhere                ? http::names_of_this_box().back()
                                                     : config.web_address;
  return fmt::format("http{}://{}:{}/", by_tls(config) ? "s" : "", in_brackets(name), port);
}

std::vector<std::string> web_names(const WebConfig& config) {
  std::vector<std::string> out = config.web_names;
  for (std::string& name : http::names_of_this_box()) {
    if (std::ranges::find(out, name) == out.end() && out.size() < http::certificate_names_max)
      out.push_back(std::move(name));
  }
  return out;
}

Result<http::KeptIdentity> identity_now(const WebConfig& config, const std::string& tls_folder) {
  if (config.web_key.empty()) return http::keep_identity({tls_folder, web_names(config)}, wall_now());
  http::TlsIdentity own =
      CORDON_TRY(http::load_identity(config.path_of(config.web_key), config.path_of(config.web_certificate)));
  return http::KeptIdentity{std::move(own), false};
}

event::CertificateChanged certificate_of(const WebConfig& config, const http::KeptIdentity& kept) {
  return {wall_now(), kept.identity.fingerprint, config.web_key.empty() ? "made" : "configured", kept.identity.names,
          kept.identity.until};
}

void tell_console(const Told& told) {
  if (told.json) {
    fmt::print("{{\"type\":\"serving\",\"url\":\"{}\",\"set_up_code\":\"{}\",\"fingerprint\":\"{}\"}}\n", told.url,
               told.set_up_code, told.fingerprint);
  } else {
    fmt::print("Cordon {} : {}\n", version, told.url);
    if (!told.fingerprint.empty()) {
      fmt::print("Its certificate, to compare in the browser: SHA-256 {}\n", told.fingerprint);
    }
    if (!told.set_up_code.empty()) {
      fmt::print("Code of the set-up, for the first person to sign in on the page (valid until used): {}\n",
                 told.set_up_code);
    }
  }
  std::fflush(stdout);
  log_line(fmt::format("component={} event=serving url={}", told.component, told.url));
}

}  // namespace cordon::app
