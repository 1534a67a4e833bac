// SPDX-License-Identifier: Apache-2.0
// The certificate, and the web server behind it, over real sockets with a client made of OpenSSL alone.
#include "http/tls.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "http/server.h"
#include "http/testing.h"

namespace cordon::http {
namespace {

constexpr std::array<Asset, 1> one_page{{{"/", "text/html; charset=utf-8", "\"p1\"", "<!doctype html>"}}};
const WallTime moment = std::chrono::floor<Micros>(std::chrono::system_clock::now());

int connect_to(std::uint16_t port, const char* address = "127.0.0.1") {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &to.sin_addr);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return fd;
}

std::string read_all(int fd) {
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
  return out;
}

/// TlsClient is one connection that trusts exactly one certificate.
class TlsClient {
 public:
  struct Options {
    std::string trusts = {};  // PEM
    std::string name = "127.0.0.1";
    int newest = 0;  // TLS1_1_VERSION …; 0: any
    const char* ciphers = nullptr;
  };

  TlsClient(std::uint16_t port, Options options) : fd_(connect_to(port)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_, 0);  // the server has to refuse what is old, not the client
    if (options.newest != 0) SSL_CTX_set_max_proto_version(context_, options.newest);
    if (options.newest != 0) SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context_, options.ciphers);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    BIO* bio = BIO_new_mem_buf(options.trusts.data(), static_cast<int>(options.trusts.size()));
    if (X509* trusted = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), trusted);
      X509_free(trusted);
    }
    BIO_free(bio);
    ssl_ = SSL_new(context_);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), options.name.c_str());
    SSL_set_fd(ssl_, fd_);
    connected_ = SSL_connect(ssl_) == 1;
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(fd_);
  }

  bool connected() const { return connected_; }
  std::string version() const { return SSL_get_version(ssl_); }
  std::string ask(const std::string& request) {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string out;
    char buffer[4096];
    for (int n; (n = SSL_read(ssl_, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
    return out;
  }

 private:
  int fd_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

class TlsServerTest : public testing::Test {
 protected:
  void SetUp() override { start("127.0.0.1"); }

  void start(const std::string& address) {
    auto made = make_identity({"localhost", "127.0.0.1", "cordon.chv"}, moment);
    ASSERT_TRUE(made);
    identity = *made;
    ServerOptions options;
    options.address = address;
    options.tls = std::make_shared<const TlsIdentity>(*made);
    options.names = {"cordon.chv"};
    options.assets = one_page;
    options.actions = {{"/api/sign-in", true}};
    options.connections_per_address_max = 8;
    options.callbacks.visitor = [](const Who& who) {
      const bool known = who.session == "s3ssion";
      return Visitor{known, known ? "t" : "", "{}"};
    };
    options.callbacks.act = [](Act, Reply reply) { reply([] { return Answer{200, "{}", "n3w"}; }); };
    auto started = Server::start(std::move(options));
    ASSERT_TRUE(started);
    server.emplace(std::move(*started));
    host = "127.0.0.1:" + std::to_string(server->port());
  }

  std::string get(const std::string& path, const std::string& more = "") const {
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n";
  }
  std::string answer(const std::string& request) {
    return TlsClient(server->port(), {.trusts = identity.chain_pem}).ask(request);
  }

  TlsIdentity identity;
  std::optional<Server> server;
  std::string host;
};

TEST_F(TlsServerTest, SpeaksTls13AndServes) {
  TlsClient client(server->port(), {.trusts = identity.chain_pem});
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.version(), "TLSv1.3");
  EXPECT_TRUE(client.ask(get("/")).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(server->counts().refused_tls, 0U);
}

TEST_F(TlsServerTest, TheCookieIsForThisHostAndTlsOnly) {
  const std::string said =
      answer("POST /api/sign-in HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://" + host +
             "\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
  EXPECT_NE(said.find("Set-Cookie: __Host-cordon=n3w; Path=/; HttpOnly; SameSite=Strict; Secure\r\n"),
            std::string::npos)
      << said;
  EXPECT_TRUE(answer(get("/api/log", "Cookie: __Host-cordon=s3ssion\r\n")).starts_with("HTTP/1.1 400"))
      << "known, but this server has no logbook";
  EXPECT_TRUE(answer(get("/api/log")).starts_with("HTTP/1.1 401"));
  const std::string plain_origin =
      answer("POST /api/sign-in HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
             "\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
  EXPECT_TRUE(plain_origin.starts_with("HTTP/1.1 403")) << "a page that came without TLS is not ours";
}

TEST_F(TlsServerTest, AnotherCertificateIsNotTrusted) {
  const auto other = make_identity({"127.0.0.1"}, moment);
  EXPECT_FALSE(TlsClient(server->port(), {.trusts = other->chain_pem}).connected());
  EXPECT_FALSE(TlsClient(server->port(), {.trusts = identity.chain_pem, .name = "10.9.9.9"}).connected());
  EXPECT_TRUE(eventually([&] { return server->counts().refused_tls == 2; }));
  EXPECT_TRUE(answer(get("/healthz")).starts_with("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, OldVersionsAndCiphersAreRefused) {
  EXPECT_FALSE(TlsClient(server->port(), {.trusts = identity.chain_pem, .newest = TLS1_VERSION}).connected());
  EXPECT_FALSE(TlsClient(server->port(), {.trusts = identity.chain_pem, .newest = TLS1_1_VERSION}).connected());
  TlsClient twelve(server->port(), {.trusts = identity.chain_pem, .newest = TLS1_2_VERSION});
  EXPECT_TRUE(twelve.connected());
  EXPECT_FALSE(TlsClient(server->port(),
                         {.trusts = identity.chain_pem, .newest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"})
                   .connected());
}

TEST_F(TlsServerTest, PlainHttpIsSentToTls) {
  const auto plain = [&](const std::string& text) {
    const int fd = connect_to(server->port());
    EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    const std::string said = read_all(fd);
    ::close(fd);
    return said;
  };
  const std::string moved = plain("GET /x HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  EXPECT_TRUE(moved.starts_with("HTTP/1.1 308")) << moved;
  EXPECT_NE(moved.find("Location: https://" + host + "/\r\n"), std::string::npos) << moved;
  const std::string foreign = plain("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_TRUE(foreign.starts_with("HTTP/1.1 400")) << "nobody is sent elsewhere by us";
  EXPECT_NE(foreign.find("TLS only"), std::string::npos);
  EXPECT_TRUE(plain("POST /api/sign-in HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n")
                  .starts_with("HTTP/1.1 400"));
  EXPECT_EQ(server->counts().requests, 3U);
}

TEST_F(TlsServerTest, HalfAHandshakeAndSilenceEnd) {
  const int silent = connect_to(server->port());
  const int half = connect_to(server->port());
  const char begun[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
  ASSERT_GT(::write(half, begun, sizeof begun - 1), 0);
  const int nonsense = connect_to(server->port());
  const std::string rubbish = "\x16\x03\x01" + std::string(400, '\xff');
  ASSERT_GT(::write(nonsense, rubbish.data(), rubbish.size()), 0);
  EXPECT_TRUE(answer(get("/healthz")).starts_with("HTTP/1.1 200")) << "the others are served meanwhile";
  read_all(silent);
  read_all(half);
  read_all(nonsense);
  EXPECT_TRUE(eventually([&] { return server->counts().connections == 0; }));
  EXPECT_EQ(server->counts().refused_tls, 3U);
  for (const int fd : {silent, half, nonsense}) ::close(fd);
}

TEST_F(TlsServerTest, ASlowRequestEndsAndOthersAreServed) {
  TlsClient slow(server->port(), {.trusts = identity.chain_pem});
  ASSERT_TRUE(slow.connected());
  std::thread other([&] { EXPECT_TRUE(answer(get("/healthz")).starts_with("HTTP/1.1 200")); });
  EXPECT_EQ(slow.ask("GET / HT"), "") << "after request_timeout";
  other.join();
}

TEST_F(TlsServerTest, OneAddressCannotHaveAllConnections) {
  server.reset();
  start("0.0.0.0");
  std::vector<int> open;
  for (int i = 0; i < 8; ++i) open.push_back(connect_to(server->port()));
  ASSERT_TRUE(eventually([&] { return server->counts().connections == 8; }));
  const int one_more = connect_to(server->port());
  EXPECT_EQ(read_all(one_more), "");
  EXPECT_EQ(server->counts().refused_full, 1U);
  for (const int fd : open) ::close(fd);
  ::close(one_more);
  ASSERT_TRUE(eventually([&] { return server->counts().connections == 0; }));
  EXPECT_TRUE(answer(get("/healthz")).starts_with("HTTP/1.1 200"));
}

TEST_F(TlsServerTest, AnotherCertificateIsShownFromNowOn) {
  const auto renewed = make_identity({"127.0.0.1"}, moment);
  EXPECT_TRUE(server->replace_identity(*renewed));
  EXPECT_TRUE(eventually([&] { return TlsClient(server->port(), {.trusts = renewed->chain_pem}).connected(); }));
  TlsIdentity wrong = *renewed;
  wrong.key_pem = identity.key_pem;
  EXPECT_FALSE(server->replace_identity(wrong));
  EXPECT_TRUE(TlsClient(server->port(), {.trusts = renewed->chain_pem}).connected()) << "the last good one stays";
}

class TlsFolderTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string folder = (std::filesystem::temp_directory_path() / ("cordon-tls-" + std::to_string(::getpid()))).string();
};

TEST_F(TlsFolderTest, IsMadeOnceKeptAndRenewedInTime) {
  const TlsFolder where{folder, {"localhost", "10.1.0.5", "2001:db8::5"}};
  const auto first = keep_identity(where, moment);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->made);
  EXPECT_EQ(first->identity.names, where.names);
  EXPECT_EQ(first->identity.fingerprint.size(), 95U);
  EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(first->identity.until),
            std::chrono::floor<std::chrono::seconds>(moment + certificate_lasts));
  struct stat s {};
  ASSERT_EQ(::stat((folder + "/tls.pem").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777U, 0600U);
  const auto again =
      keep_identity(where, moment + certificate_lasts - certificate_renewed_at - std::chrono::minutes(1));
  EXPECT_FALSE(again->made);
  EXPECT_EQ(again->identity.fingerprint, first->identity.fingerprint);
  const auto late = keep_identity(where, moment + certificate_lasts - certificate_renewed_at);
  EXPECT_TRUE(late->made);
  EXPECT_NE(late->identity.fingerprint, first->identity.fingerprint);
  EXPECT_TRUE(keep_identity({folder, {"localhost", "10.1.0.6"}}, moment)->made)
      << "another address, another certificate";
}

TEST_F(TlsFolderTest, AWrongFileIsToldNotReplaced) {
  ASSERT_TRUE(keep_identity({folder, {"localhost"}}, moment));
  ::chmod((folder + "/tls.pem").c_str(), 0644);
  EXPECT_EQ(keep_identity({folder, {"localhost"}}, moment).error().code, ErrorCode::denied);
  std::ofstream(folder + "/tls.pem") << "nonsense";
  ::chmod((folder + "/tls.pem").c_str(), 0600);
  EXPECT_EQ(keep_identity({folder, {"localhost"}}, moment).error().code, ErrorCode::malformed);
}

TEST_F(TlsFolderTest, AHospitalsOwnMustFit) {
  std::filesystem::create_directories(folder);
  const auto a = make_identity({"cordon.chv"}, moment);
  const auto b = make_identity({"cordon.chv"}, moment);
  const auto put = [&](const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(folder + "/" + name) << text;
    ::chmod((folder + "/" + name).c_str(), mode);
    return folder + "/" + name;
  };
  const std::string key = put("key.pem", a->key_pem, 0640);
  EXPECT_EQ(load_identity(key, put("cert.pem", a->chain_pem, 0644))->fingerprint, a->fingerprint);
  EXPECT_EQ(load_identity(key, put("other.pem", b->chain_pem, 0644)).error().code, ErrorCode::malformed);
  EXPECT_EQ(load_identity(put("open.pem", a->key_pem, 0644), folder + "/cert.pem").error().code, ErrorCode::denied);
  EXPECT_EQ(load_identity(folder + "/none.pem", folder + "/cert.pem").error().code, ErrorCode::io);
}

TEST(Tls, NamesOfACertificateAreBounded) {
  EXPECT_FALSE(make_identity({}, moment));
  EXPECT_FALSE(make_identity({"a,DNS:evil.example"}, moment)) << "no name smuggles in another";
  EXPECT_TRUE(make_identity(std::vector<std::string>(certificate_names_max, "a.example"), moment));
  EXPECT_FALSE(make_identity(std::vector<std::string>(certificate_names_max + 1, "a.example"), moment));
  const auto names = names_of_this_box();
  EXPECT_NE(std::find(names.begin(), names.end(), "127.0.0.1"), names.end());
}

}  // namespace
}  // namespace cordon::http
