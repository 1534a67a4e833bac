// SPDX-License-Identifier: Apache-2.0
// WebPlace: where a process serves its page, by which names, and what certificate it shows. The same for `cordon serve`
// and `cordon station`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/say.h"
#include "base/result.h"
#include "event/people.h"
#include "http/tls.h"

namespace cordon::app {

/// WebConfig is the section [web] of a configuration, and the folder that its paths start from.
struct WebConfig {
  std::string folder;  // of the configuration file: relative paths start here

  std::string web_address = "127.0.0.1";
  std::int64_t web_port = 8422;
  bool web_tls = false;
  std::vector<std::string> web_names;
  std::string web_key;
  std::string web_certificate;

  std::string path_of(const std::string& relative) const;
};

bool by_tls(const WebConfig& config);
std::string in_brackets(const std::string& name);
std::string web_url(const WebConfig& config, std::uint16_t port);
/// web_names gives those of the configuration and of this box.
std::vector<std::string> web_names(const WebConfig& config);
std::string why_not_served(const Error& error, const WebConfig& config);

/// identity_now gives the key and certificate to show: the hospital's own, or the one kept in `tls_folder`, which is
/// made at the first start and again before its end.
Result<http::KeptIdentity> identity_now(const WebConfig& config, const std::string& tls_folder);
event::CertificateChanged certificate_of(const WebConfig& config, const http::KeptIdentity& kept);

/// tell_console says what a person at the box has to know: where the page is, the code of the set-up, the fingerprint.
struct Told {
  std::string url;
  std::string set_up_code;
  std::string fingerprint;
  std::string component;  // in the line of the log
  bool json = false;
};
void tell_console(const Told& told);

}  // namespace cordon::app
