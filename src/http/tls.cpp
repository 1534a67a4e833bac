// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <utility>

#include "base/address.h"

namespace cordon::http {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

constexpr std::string_view file_name = "tls.pem";
constexpr int serial_bits = 127;  // RFC 5280 4.1.2.2: at most 20 octets, positive

tl::unexpected<Error> refused(const char* where) {
  ERR_clear_error();
  return fail(ErrorCode::io, where, static_cast<std::uint64_t>(EPROTO));
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int no_passphrase(char*, int, int, void*) {
  return -1;  // a key that needs one is refused rather than asked about on a console nobody sits at
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) out += ':';
    out += digits[digest[i] >> 4U];
    out += digits[digest[i] & 15U];
  }
  return out;
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> out;
  const Names list(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) {
      const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      out.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const unsigned char* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
      const int size = ASN1_STRING_length(name->d.iPAddress);
      if (size == 4) out.push_back(IpAddress::from_v4(std::span<const std::uint8_t, 4>(bytes, 4)).text());
      if (size == 16) out.push_back(IpAddress::from_v6(std::span<const std::uint8_t, 16>(bytes, 16)).text());
    }
  }
  return out;
}

WallTime until_of(const X509* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&when)));
}

bool is_address(const std::string& name) {
  return IpAddress::parse(name).has_value();
}

bool sound_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 &&
         (is_address(name) ||
          name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
              std::string::npos);
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

Result<std::string> read_file(const std::string& path, unsigned forbidden) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::io, "TLS file", static_cast<std::uint64_t>(errno));
  struct Closed {
    int fd;
    ~Closed() { ::close(fd); }
  } const closed{fd};
  struct stat s {};
  if (::fstat(fd, &s) != 0) return fail(ErrorCode::io, "TLS file", static_cast<std::uint64_t>(errno));
  if (!S_ISREG(s.st_mode) || (s.st_mode & forbidden) != 0)
    return fail(ErrorCode::denied, "others may read the TLS key");
  if (static_cast<std::uint64_t>(s.st_size) > pem_bytes_max) return fail(ErrorCode::limit, "TLS file");
  std::string out(static_cast<std::size_t>(s.st_size), '\0');
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t n = ::read(fd, out.data() + got, out.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::io, "TLS file", static_cast<std::uint64_t>(n < 0 ? errno : EIO));
    got += static_cast<std::size_t>(n);
  }
  return out;
}

Result<void> write_file(const std::string& folder, const std::string& text) {
  const std::string path = folder + "/" + std::string(file_name);
  const std::string beside = path + ".new";
  const auto failed = [] { return fail(ErrorCode::io, "TLS file", static_cast<std::uint64_t>(errno)); };
  ::unlink(beside.c_str());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed();
  std::size_t put = 0;
  while (put < text.size()) {
    const ssize_t n = ::write(fd, text.data() + put, text.size() - put);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    put += static_cast<std::size_t>(n);
  }
  const bool whole = put == text.size() && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !whole || ::rename(beside.c_str(), path.c_str()) != 0) return failed();
  const int place = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return failed();
  ::fsync(place);
  ::close(place);
  return {};
}

}  // namespace

Result<TlsIdentity> make_identity(const std::vector<std::string>& names, WallTime now) {
  if (names.empty() || names.size() > certificate_names_max || !std::ranges::all_of(names, sound_name)) {
    return fail(ErrorCode::malformed, "names of the certificate");
  }
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return refused("TLS key");
  std::string subjects;
  for (const std::string& name : names)
    subjects += (subjects.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  const Number serial(BN_new());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string common = "Cordon " + names.front().substr(0, 50);  // X.520: at most 64
  X509* const c = certificate.get();
  X509_NAME* const subject = X509_get_subject_name(c);
  const bool made =
      serial && BN_rand(serial.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(c)) != nullptr &&
      X509_set_version(c, X509_VERSION_3) == 1 &&
      // An hour back, for browsers whose clock is behind.
      ASN1_TIME_set(X509_getm_notBefore(c), seconds - 3600) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(c), seconds + std::chrono::seconds(certificate_lasts).count()) != nullptr &&
      X509_set_pubkey(c, key.get()) == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()),
                                 -1, -1, 0) == 1 &&
      X509_set_issuer_name(c, subject) == 1 && add_extension(c, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(c, NID_key_usage, "critical,digitalSignature") &&
      add_extension(c, NID_ext_key_usage, "serverAuth") && add_extension(c, NID_subject_alt_name, subjects) &&
      X509_sign(c, key.get(), EVP_sha256()) > 0;
  if (!made) return refused("TLS certificate");
  const Bio key_out(BIO_new(BIO_s_mem()));
  const Bio chain_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(chain_out.get(), c) != 1) {
    return refused("TLS certificate");
  }
  return read_identity(text_of(key_out.get()), text_of(chain_out.get()));
}

Result<TlsIdentity> read_identity(const std::string& key_pem, const std::string& chain_pem) {
  if (key_pem.size() > pem_bytes_max || chain_pem.size() > pem_bytes_max) return fail(ErrorCode::limit, "TLS file");
  const Bio key_in = reading(key_pem);
  const Bio chain_in = reading(chain_pem);
  const Key key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_passphrase, nullptr));
  const Certificate certificate(PEM_read_bio_X509(chain_in.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) return fail(ErrorCode::malformed, "TLS key is no PEM key without a passphrase");
  if (!certificate) return fail(ErrorCode::malformed, "TLS certificate is no PEM certificate");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::malformed, "TLS key and certificate do not belong together");
  }
  return TlsIdentity{key_pem, chain_pem, fingerprint_of(certificate.get()), names_of(certificate.get()),
                     until_of(certificate.get())};
}

Result<KeptIdentity> keep_identity(const TlsFolder& where, WallTime now) {
  if (::mkdir(where.folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorCode::io, "TLS folder", static_cast<std::uint64_t>(errno));
  }
  auto text = read_file(where.folder + "/" + std::string(file_name), 077);
  if (text) {
    TlsIdentity kept = CORDON_TRY(read_identity(*text, *text));
    const bool names_there = std::ranges::all_of(
        where.names, [&](const std::string& name) { return std::ranges::find(kept.names, name) != kept.names.end(); });
    if (names_there && now < kept.until - certificate_renewed_at) return KeptIdentity{std::move(kept), false};
  } else if (text.error().code != ErrorCode::io || text.error().offset != ENOENT) {
    return tl::unexpected(text.error());
  }
  TlsIdentity made = CORDON_TRY(make_identity(where.names, now));
  CORDON_TRY_VOID(write_file(where.folder, made.key_pem + made.chain_pem));
  return KeptIdentity{std::move(made), true};
}

Result<TlsIdentity> load_identity(const std::string& key_path, const std::string& chain_path) {
  const std::string key = CORDON_TRY(read_file(key_path, 037));
  const std::string chain = CORDON_TRY(read_file(chain_path, 0));
  return read_identity(key, chain);
}

std::vector<std::string> names_of_this_box() {
  std::vector<std::string> out{"localhost", "127.0.0.1", "::1"};
  const auto add = [&](std::string name) {
    if (sound_name(name) && out.size() < certificate_names_max && std::ranges::find(out, name) == out.end()) {
      out.push_back(std::move(name));
    }
  };
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) add(host.data());
  for (std::string& address : addresses_of_this_box()) add(std::move(address));
  return out;
}

std::vector<std::string> addresses_of_this_box() {
  std::vector<std::string> out;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return out;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* address = nullptr;
    if (one->ifa_addr->sa_family == AF_INET) {
      address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
      if (!IN6_IS_ADDR_LINKLOCAL(&v6)) address = &v6;  // no browser can name it without a zone
    }
    if (address == nullptr || ::inet_ntop(one->ifa_addr->sa_family, address, text.data(), text.size()) == nullptr)
      continue;
    if (std::ranges::find(out, text.data()) == out.end()) out.emplace_back(text.data());
  }
  ::freeifaddrs(list);
  return out;
}

}  // namespace cordon::http
