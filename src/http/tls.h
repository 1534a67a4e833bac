// SPDX-License-Identifier: Apache-2.0
// The key and certificate that the page's server shows: made at the first start, renewed before its end, or the
// hospital's own. Not for connections: those are in wire.h. No type of OpenSSL leaves tls.cpp.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace cordon::http {

constexpr std::chrono::days certificate_lasts{825};      // longer ones are refused by Apple's systems
constexpr std::chrono::days certificate_renewed_at{60};  // so many days before the end
constexpr std::size_t certificate_names_max = 64;
constexpr std::size_t pem_bytes_max = 256 * 1024;  // a chain of a dozen certificates is under 30 KiB

/// TlsIdentity is a private key with its certificate and what stands above that, as PEM.
struct TlsIdentity {
  std::string key_pem;
  std::string chain_pem;
  std::string fingerprint;         // SHA-256 of the certificate, AB:CD:…, as browsers show it
  std::vector<std::string> names;  // in the certificate: host names and addresses
  WallTime until;
};

/// make_identity makes a P-256 key and a certificate signed by itself, for host names and addresses as text.
/// `malformed` for no name or too many, `io` when OpenSSL refuses.
Result<TlsIdentity> make_identity(const std::vector<std::string>& names, WallTime now);

/// read_identity checks that a key and a certificate are well formed and belong together. `malformed` with a word.
Result<TlsIdentity> read_identity(const std::string& key_pem, const std::string& chain_pem);

struct TlsFolder {
  std::string folder;              // 0700; made when absent
  std::vector<std::string> names;  // what the certificate is to say
};
struct KeptIdentity {
  TlsIdentity identity;
  bool made = false;  // just now, since there was none, it ends soon, or it lacks a name
};
/// keep_identity reads tls.pem of the folder, or makes one and puts it there 0600, whole or not at all.
/// `denied` when others may read it, `malformed` for a damaged file, `io` with errno.
Result<KeptIdentity> keep_identity(const TlsFolder& where, WallTime now);

/// load_identity reads a hospital's own key and certificate. The key may be read by its owner and group alone
/// (`denied`).
Result<TlsIdentity> load_identity(const std::string& key_path, const std::string& chain_path);

/// names_of_this_box gives its host name and the addresses of its interfaces, loopback's first; as many as a
/// certificate of ours has.
std::vector<std::string> names_of_this_box();
/// addresses_of_this_box gives those of all its interfaces; none that is known on its own link alone.
std::vector<std::string> addresses_of_this_box();

}  // namespace cordon::http
