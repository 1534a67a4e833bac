// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cerrno>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "http/rules.h"
#include "http/testing.h"

namespace cordon::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Json = nlohmann::json;

constexpr std::array<Asset, 2> assets{{
    {"/", "text/html; charset=utf-8", "\"p1\"", "<!doctype html><title>x</title>"},
    {"/app.js", "text/javascript; charset=utf-8", "\"s1\"", "'use strict';"},
}};

std::string entry(std::uint64_t sequence, std::size_t padding = 0) {
  return Json{{"type", "entry"}, {"sequence", sequence}, {"pad", std::string(padding, 'x')}}.dump();
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.assets = assets;
    options.callbacks.log = [](std::uint64_t from, std::size_t limit) {
      std::vector<std::string> out;
      for (std::uint64_t n = from; n <= 1000 && out.size() < limit; ++n) out.push_back(entry(n));
      return out;
    };
    options.actions = {{"/api/rollback"}, {"/api/sign-in", true}, {"/api/slow"}};
    options.callbacks.visitor = [this](const Who& who) {
      const bool known = who.session == "s3ssion" && who.address == "127.0.0.1";
      return Visitor{known || everybody_reads, known ? "page-t0ken" : "", known ? R"({"name":"a"})" : "{}"};
    };
    options.callbacks.act = [this](Act act, Reply reply) {
      asked = act.path + "|" + act.session + "|" + act.address + "|" + act.body;
      if (act.path == "/api/sign-in") return reply([] { return Answer{200, R"({"ok":true})", "n3w"}; });
      if (act.path == "/api/slow") {
        later = std::thread([reply = std::move(reply)] {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          reply([] { return Answer{202, R"({"ok":true})", std::nullopt}; });
        });
        return;
      }
      const auto wish = parse_fields(act.body, {"cut", "reason"});
      const unsigned status = wish ? 202 : 400;
      reply([status] { return Answer{status, status == 202 ? R"({"ok":true})" : "{}", std::nullopt}; });
    };
    options.callbacks.read = [](std::string_view path, std::string_view query) -> std::optional<std::string> {
      if (path != "/api/plan") return std::nullopt;
      return R"({"query":")" + std::string(query) + R"("})";
    };
    options.callbacks.fetch = [this](const Get& get, const Reply& reply) {
      if (get.path == "/api/long") {
        later = std::thread([this, get, reply] {
          waits = !get.gone->load();
          told_gone = eventually([&get] { return get.gone->load(); });
          reply([] { return Answer{}; });
        });
        return true;
      }
      if (get.path != "/api/strip") return false;
      later = std::thread([get, reply] {
        reply([get] {
          return Answer{200, "a;b\n", std::nullopt, "text/csv; charset=utf-8", get.query + "-" + get.who.session};
        });
      });
      return true;
    };
    auto started = Server::start(std::move(options));
    ASSERT_TRUE(started);
    server.emplace(std::move(*started));
    host = "127.0.0.1:" + std::to_string(server->port());
    origin = "http://" + host;
  }

  void TearDown() override {
    if (later.joinable()) later.join();
  }

  tcp::socket connect(int receive_buffer = 0) {
    tcp::socket socket(context);
    socket.open(tcp::v4());
    if (receive_buffer > 0) socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    return socket;
  }

  /// raw sends bytes and gives what comes back until the server closes.
  std::string raw(std::string_view text) {
    tcp::socket socket = connect();
    error_code ignored;
    asio::write(socket, asio::buffer(text), ignored);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), ignored);
    return answer;
  }

  struct Ask {
    http::verb method = http::verb::get;
    std::string target = "/";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> fields = {};
  };

  http::response<http::string_body> ask(const Ask& what) {
    tcp::socket socket = connect();
    http::request<http::string_body> request{what.method, what.target, 11};
    request.set(http::field::host, host);
    for (const auto& [name, value] : what.fields) {
      if (value.empty()) {
        request.erase(name);
      } else {
        request.set(name, value);
      }
    }
    request.body() = what.body;
    request.prepare_payload();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.skip(what.method == http::verb::head);
    http::read(socket, buffer, parser);
    return parser.release();
  }

  http::response<http::string_body> roll_back(const std::string& body,
                                              std::vector<std::pair<std::string, std::string>> more = {}) {
    Ask what{http::verb::post,
             "/api/rollback",
             body,
             {{"Origin", origin},
              {"Content-Type", "application/json"},
              {"Cookie", cookie()},
              {"X-Cordon-Token", "page-t0ken"}}};
    what.fields.insert(what.fields.end(), more.begin(), more.end());
    return ask(what);
  }

  std::string cookie() const { return "cordon-" + std::to_string(server->port()) + "=s3ssion"; }

  asio::io_context context;
  std::atomic<bool> waits{false}, told_gone{false};
  std::thread later;
  std::atomic<bool> everybody_reads{true};
  std::string asked;  // written on the server's thread, read after its answer came
  std::optional<Server> server;
  std::string host;
  std::string origin;
};

/// Live is a client of /live.
class Live {
 public:
  explicit Live(tcp::socket socket) : socket_(std::move(socket)) {}

  error_code open(const std::string& host, const std::string& origin) {
    socket_.set_option(beast::websocket::stream_base::decorator([origin](beast::websocket::request_type& request) {
      if (!origin.empty()) request.set(http::field::origin, origin);
    }));
    error_code error;
    socket_.handshake(answer_, host, "/live", error);
    return error;
  }

  /// next_text skips binary messages; empty when the server closed.
  std::string next_text() {
    for (;;) {
      std::string message = next_message();
      if (message.empty() || socket_.got_text()) return message;
    }
  }

  Json next() {
    const std::string text = next_text();
    return text.empty() ? Json() : Json::parse(text);
  }

  /// next_frame skips texts; empty when the server closed.
  std::string next_frame() {
    for (;;) {
      std::string message = next_message();
      if (message.empty() || socket_.got_binary()) return message;
    }
  }

  /// next_of skips messages of other types; null when the server closed.
  Json next_of(const std::string& type) {
    for (;;) {
      Json message = next();
      if (message.is_null() || message["type"] == type) return message;
    }
  }

  void send(const std::string& text) {
    error_code ignored;
    socket_.write(asio::buffer(text), ignored);
  }

  unsigned status() const { return answer_.result_int(); }

 private:
  std::string next_message() {
    beast::flat_buffer buffer;
    error_code error;
    socket_.read(buffer, error);
    return error ? std::string() : beast::buffers_to_string(buffer.data());
  }

  beast::websocket::stream<tcp::socket, false> socket_;
  beast::websocket::response_type answer_;
};

TEST_F(ServerTest, ServesTheClientWithStrictHeaders) {
  const auto page = ask({});
  EXPECT_EQ(page.result_int(), 200U);
  EXPECT_EQ(page.body(), assets[0].bytes);
  EXPECT_EQ(page[http::field::content_type], "text/html; charset=utf-8");
  EXPECT_EQ(page[http::field::etag], "\"p1\"");
  EXPECT_EQ(page[http::field::cache_control], "no-cache");
  EXPECT_EQ(page["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(page["Referrer-Policy"], "no-referrer");
  const std::string policy(page["Content-Security-Policy"]);
  EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);

  const auto same = ask({.fields = {{"If-None-Match", "\"p1\""}}});
  EXPECT_EQ(same.result_int(), 304U);
  EXPECT_TRUE(same.body().empty());
  const auto head = ask({.method = http::verb::head, .target = "/app.js"});
  EXPECT_EQ(head.result_int(), 200U);
  EXPECT_EQ(head[http::field::content_length], std::to_string(assets[1].bytes.size()));
  EXPECT_EQ(ask({.target = "/healthz"}).body(), "ok\n");
}

TEST_F(ServerTest, KeepsAConnectionForTheNextRequest) {
  tcp::socket socket = connect();
  beast::flat_buffer buffer;
  for (int i = 0; i < 3; ++i) {
    http::request<http::empty_body> request{http::verb::get, "/healthz", 11};
    request.set(http::field::host, host);
    http::write(socket, request);
    http::response<http::string_body> answer;
    http::read(socket, buffer, answer);
    EXPECT_EQ(answer.result_int(), 200U);
  }
}

TEST_F(ServerTest, UnknownPathsAndMethodsAreRefused) {
  EXPECT_EQ(ask({.target = "/../etc/passwd"}).result_int(), 404U);
  EXPECT_EQ(ask({.target = "/nothing"}).result_int(), 404U);
  const auto put = ask({.method = http::verb::put, .target = "/"});
  EXPECT_EQ(put.result_int(), 405U);
  EXPECT_EQ(put[http::field::allow], "GET, HEAD");
  const auto get = ask({.target = "/api/rollback"});
  EXPECT_EQ(get.result_int(), 405U);
  EXPECT_EQ(get[http::field::allow], "POST");
  EXPECT_EQ(ask({.target = "/live"}).result_int(), 426U);
}

TEST_F(ServerTest, AForeignHostIsRefused) {
  for (const std::string name : {"evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example:80"}) {
    EXPECT_EQ(ask({.target = "/api/situation", .fields = {{"Host", name}}}).result_int(), 421U) << name;
  }
  EXPECT_EQ(ask({.fields = {{"Host", ""}}}).result_int(), 421U) << "no Host at all";
  EXPECT_EQ(server->counts().refused_host, 5U);
  EXPECT_EQ(ask({.fields = {{"Host", "localhost:" + std::to_string(server->port())}}}).result_int(), 200U);
}

TEST_F(ServerTest, GivesTheLatestSituation) {
  EXPECT_EQ(ask({.target = "/api/situation"}).result_int(), 503U);
  server->publish_situation(R"({"type":"situation","sequence":1})");
  server->publish_situation(R"({"type":"situation","sequence":2})");
  ASSERT_TRUE(eventually([&] { return ask({.target = "/api/situation"}).result_int() == 200U; }));
  const auto answer = ask({.target = "/api/situation"});
  EXPECT_EQ(Json::parse(answer.body())["sequence"], 2);
  EXPECT_EQ(answer[http::field::cache_control], "no-store");
}

TEST_F(ServerTest, AnAnswerMayTakeTimeAndBeAFileOfItsOwnType) {
  const auto file = ask({.target = "/api/strip?r1", .fields = {{"Cookie", cookie()}}});
  EXPECT_EQ(file.result_int(), 200U);
  EXPECT_EQ(file[http::field::content_type], "text/csv; charset=utf-8");
  EXPECT_EQ(file[http::field::content_disposition], "attachment; filename=\"r1-s3ssion\"");
  EXPECT_EQ(file.body(), "a;b\n");
  EXPECT_EQ(ask({.target = "/api/other"}).result_int(), 404U);
  everybody_reads = false;
  EXPECT_EQ(ask({.target = "/api/strip?r1"}).result_int(), 401U);
}

TEST_F(ServerTest, WhoHangsUpBeforeTheAnswerIsNotWorkedForAnyMore) {
  {
    tcp::socket socket = connect();
    asio::write(socket,
                asio::buffer("GET /api/long HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie() + "\r\n\r\n"));
    ASSERT_TRUE(eventually([&] { return waits.load(); }));
    std::this_thread::sleep_for(2 * gone_look);
    EXPECT_FALSE(told_gone) << "whoever waits is waited for";
  }
  EXPECT_TRUE(eventually([&] { return told_gone.load(); }));
}

TEST_F(ServerTest, PagesThroughTheLogbook) {
  const Json page = Json::parse(ask({.target = "/api/log?from=5&limit=3"}).body());
  EXPECT_EQ(page["type"], "log");
  ASSERT_EQ(page["entries"].size(), 3U);
  EXPECT_EQ(page["entries"][0]["sequence"], 5);
  EXPECT_EQ(Json::parse(ask({.target = "/api/log"}).body())["entries"].size(), 200U);
  EXPECT_EQ(Json::parse(ask({.target = "/api/log?limit=501"}).body())["entries"].size(), 500U);
  for (const std::string query : {"from=x", "limit=0", "from=-1", "from", "from=99999999999999999999", "other=1"}) {
    EXPECT_EQ(ask({.target = "/api/log?" + query}).result_int(), 400U) << query;
  }
}

TEST_F(ServerTest, TakesAnActionOfASignedInPerson) {
  const std::string body = R"({"cut":"cut-46","reason":"fausse alerte, vérifiée"})";
  const auto taken = roll_back(body);
  EXPECT_EQ(taken.result_int(), 202U);
  EXPECT_EQ(taken.body(), R"({"ok":true})");
  EXPECT_EQ(asked, "/api/rollback|s3ssion|127.0.0.1|" + body);
  EXPECT_EQ(roll_back(body, {{"Content-Type", "application/json; charset=utf-8"}}).result_int(), 202U);
  Ask slow{http::verb::post,
           "/api/slow",
           "{}",
           {{"Origin", origin},
            {"Content-Type", "application/json"},
            {"Cookie", cookie()},
            {"X-Cordon-Token", "page-t0ken"}}};
  EXPECT_EQ(ask(slow).result_int(), 202U) << "answered by another thread";
}

TEST_F(ServerTest, NothingIsDoneForWhoIsNotSignedInOrHasOnlyTheCookie) {
  const std::string body = R"({"cut":"cut-46","reason":"x"})";
  EXPECT_EQ(roll_back(body, {{"Cookie", ""}}).result_int(), 401U);
  EXPECT_EQ(roll_back(body, {{"Cookie", cookie() + "forged"}}).result_int(), 401U);
  EXPECT_EQ(roll_back(body, {{"Cookie", cookie() + "; " + cookie()}}).result_int(), 401U) << "one planted beside ours";
  EXPECT_EQ(roll_back(body, {{"X-Cordon-Token", ""}}).result_int(), 403U) << "a browser that was made to send it";
  EXPECT_EQ(roll_back(body, {{"X-Cordon-Token", "page-t0kem"}}).result_int(), 403U);
  EXPECT_EQ(asked, "");
  EXPECT_EQ(server->counts().refused_session, 5U);
}

TEST_F(ServerTest, SigningInSetsAStrictCookie) {
  const auto in =
      ask({http::verb::post, "/api/sign-in", "{}", {{"Origin", origin}, {"Content-Type", "application/json"}}});
  EXPECT_EQ(in.result_int(), 200U);
  EXPECT_EQ(in[http::field::set_cookie],
            "cordon-" + std::to_string(server->port()) + "=n3w; Path=/; HttpOnly; SameSite=Strict");
  const auto foreign = ask({http::verb::post,
                            "/api/sign-in",
                            "{}",
                            {{"Origin", "http://evil.example"}, {"Content-Type", "application/json"}}});
  EXPECT_EQ(foreign.result_int(), 403U) << "nobody is signed in by another page";
}

TEST_F(ServerTest, WithoutTheRightToReadThereIsOnlyTheClient) {
  server->publish_situation(R"({"type":"situation","sequence":1})");
  everybody_reads = false;
  for (const std::string path : {"/api/situation", "/api/log", "/api/plan"}) {
    EXPECT_EQ(ask({.target = path}).result_int(), 401U) << path;
  }
  Live live(connect());
  EXPECT_TRUE(live.open(host, origin));
  EXPECT_EQ(live.status(), 401U);
  EXPECT_EQ(ask({}).result_int(), 200U);
  EXPECT_EQ(ask({.target = "/api/me"}).body(), "{}");
  EXPECT_EQ(ask({.target = "/api/me", .fields = {{"Cookie", cookie()}}}).body(), R"({"name":"a"})");
  EXPECT_EQ(ask({.target = "/api/plan?x=1", .fields = {{"Cookie", cookie()}}}).body(), R"({"query":"x=1"})");
  EXPECT_EQ(ask({.target = "/api/other", .fields = {{"Cookie", cookie()}}}).result_int(), 404U);
}

TEST_F(ServerTest, ALivePageEndsWithItsSession) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  EXPECT_FALSE(live.next_of("beat").is_null());
  everybody_reads = false;
  while (!live.next().is_null()) continue;
  EXPECT_TRUE(eventually([&] { return server->counts().live_clients == 0; }));
}

TEST_F(ServerTest, ARollbackFromElsewhereOrOfAnotherShapeIsRefused) {
  const std::string good = R"({"cut":"cut-46","reason":"x"})";
  asked.clear();
  EXPECT_EQ(roll_back(good, {{"Origin", "http://evil.example"}}).result_int(), 403U);
  EXPECT_EQ(roll_back(good, {{"Origin", "null"}}).result_int(), 403U);
  EXPECT_EQ(roll_back(good, {{"Origin", ""}}).result_int(), 403U) << "no Origin";
  EXPECT_EQ(roll_back(good, {{"Origin", "http://localhost:" + std::to_string(server->port())}}).result_int(), 403U)
      << "another name than the page's own";
  EXPECT_EQ(server->counts().refused_origin, 4U);
  EXPECT_EQ(roll_back(good, {{"Content-Type", "text/plain"}}).result_int(), 415U);
  EXPECT_EQ(asked, "");
  EXPECT_EQ(server->counts().malformed, 1U);
  for (const std::string& bad : {std::string("cut=cut-46"), std::string(R"({"cut":"cut-46"})"),
                                 std::string(R"({"cut":7,"reason":"x"})"), std::string(10000, '[')}) {
    EXPECT_EQ(roll_back(bad).result_int(), 400U) << bad;
  }
}

TEST_F(ServerTest, TooLargeOrMalformedRequestsAreCountedAndRefused) {
  const std::string body(http_body_bytes_max + 1, 'x');
  EXPECT_EQ(roll_back(body).result_int(), 413U);
  EXPECT_EQ(server->counts().malformed, 1U);
  EXPECT_EQ(roll_back(std::string(http_body_bytes_max, 'x')).result_int(), 400U) << "read whole, but no JSON";

  const std::string long_header =
      "GET / HTTP/1.1\r\nHost: " + host + "\r\nX: " + std::string(http_header_bytes_max, 'x') + "\r\n\r\n";
  EXPECT_TRUE(raw(long_header).starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(raw("this is not HTTP\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(raw(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15)).starts_with("HTTP/1.1 400"));
  EXPECT_EQ(server->counts().malformed, 4U);
  EXPECT_EQ(ask({}).result_int(), 200U) << "and it still serves";
}

TEST_F(ServerTest, BeyondLoopbackOnlyWithTlsAndAFreePort) {
  for (const std::string address : {"0.0.0.0", "192.168.1.4", "::", "2001:db8::1"}) {
    ServerOptions options;
    options.address = address;
    const auto refused = Server::start(std::move(options));
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().code, ErrorCode::denied) << address;
  }
  ServerOptions nonsense;
  nonsense.address = "hospital.example";
  EXPECT_EQ(Server::start(std::move(nonsense)).error().code, ErrorCode::malformed);
  ServerOptions busy;
  busy.port = server->port();
  const auto refused = Server::start(std::move(busy));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorCode::io, EADDRINUSE, ""}));
}

TEST_F(ServerTest, ANewPageIsGivenTheSituationAndTheLastEntries) {
  server->publish_situation(R"({"type":"situation","sequence":201})");
  std::vector<std::string> entries;
  for (std::uint64_t n = 1; n <= live_recent_max + 1; ++n) entries.push_back(entry(n));
  entries.push_back("not an entry");
  server->publish_entries(entries);
  ASSERT_TRUE(eventually([&] { return server->counts().entries_lost == 1; }));
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  EXPECT_EQ(live.next()["type"], "situation");
  const Json recent = live.next();
  EXPECT_EQ(recent["type"], "recent");
  ASSERT_EQ(recent["entries"].size(), live_recent_max);
  EXPECT_EQ(recent["entries"][0]["sequence"], 2);
  const Json beat = live.next_of("beat");
  EXPECT_EQ(beat["sequence"], live_recent_max + 1);
  EXPECT_GT(beat["at"].get<double>(), 1.6e9);
  server->publish_entries({entry(202), entry(203)});
  const Json more = live.next_of("entries");
  ASSERT_EQ(more["entries"].size(), 2U);
  EXPECT_EQ(more["entries"][1]["sequence"], 203);
}

TEST_F(ServerTest, ManySituationsAreFewMessagesAndTheLastWins) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  EXPECT_EQ(live.next()["type"], "recent");
  for (int n = 1; n <= 2000; ++n) {
    server->publish_situation(Json{{"type", "situation"}, {"sequence", n}}.dump());
  }
  int messages = 0;
  for (Json message = live.next_of("situation");; message = live.next_of("situation")) {
    ASSERT_FALSE(message.is_null());
    ++messages;
    if (message["sequence"] == 2000) break;
  }
  EXPECT_LT(messages, 100);
}

TEST_F(ServerTest, AnUrgentSituationDoesNotWaitForTheNextInterval) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  EXPECT_EQ(live.next()["type"], "recent");
  for (int n = 1; n <= 20; ++n) {  // each comes, though twenty of them are not four seconds
    server->publish_situation(Json{{"type", "situation"}, {"sequence", n}}.dump(), true);
    EXPECT_EQ(live.next_of("situation")["sequence"], n);
  }
}

TEST_F(ServerTest, FramesArriveAsTheyWereGivenBetweenTheTexts) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  EXPECT_EQ(live.next()["type"], "recent");
  const std::string frame("\x01\0\0\0\xff\xfe", 6);
  server->publish_frame(frame);
  EXPECT_EQ(live.next_frame(), frame);
  server->publish_frame(std::string(live_frame_bytes_max, 'x'));
  EXPECT_EQ(live.next_frame().size(), live_frame_bytes_max);
  server->publish_frame(std::string(live_frame_bytes_max + 1, 'x'));
  EXPECT_EQ(server->counts().frames_dropped, 1U);
  EXPECT_FALSE(live.next_of("beat").is_null());
}

TEST_F(ServerTest, ASlowReaderLosesTheOldestFramesAndNoText) {
  Live slow(connect(4096));
  ASSERT_FALSE(slow.open(host, origin));
  constexpr int frames = 2 * static_cast<int>(live_frames_max) + 20;  // as many as the kernel takes, and more
  for (int n = 0; n < frames; ++n) {
    std::string frame(live_frame_bytes_max, 'x');
    frame[0] = static_cast<char>(n);
    server->publish_frame(std::move(frame));
    ASSERT_TRUE(eventually([&] { return ask({.target = "/healthz"}).result_int() == 200U; }));
  }
  server->publish_entries({entry(1)});
  server->publish_entries({entry(2)});
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_GT(server->counts().frames_dropped, 0U);
  EXPECT_EQ(server->counts().slow_dropped, 0U);
  std::uint64_t told = 0;
  while (told < 2) {
    const Json message = slow.next_of("entries");
    ASSERT_FALSE(message.is_null());
    for (const Json& one : message["entries"]) EXPECT_EQ(one["sequence"], ++told);
  }
  std::string last;
  for (std::size_t n = 0; n < live_frames_max; ++n) last = slow.next_frame();
  EXPECT_EQ(last[0], static_cast<char>(frames - 1)) << "the newest is there";
}

TEST_F(ServerTest, TheLiveChannelIsForOurOwnPageOnly) {
  for (const std::string& foreign : {std::string("http://evil.example"), std::string("null"), std::string()}) {
    Live live(connect());
    EXPECT_TRUE(live.open(host, foreign)) << foreign;
    EXPECT_EQ(live.status(), 403U) << foreign;
  }
  Live rebound(connect());
  EXPECT_TRUE(rebound.open("evil.example", "http://evil.example"));
  EXPECT_EQ(rebound.status(), 421U);
}

TEST_F(ServerTest, ATalkativeClientIsClosed) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  live.send(std::string(live_incoming_bytes_max, 'x'));
  EXPECT_FALSE(live.next_of("beat").is_null()) << "at the limit it is only ignored";
  live.send(std::string(live_incoming_bytes_max + 1, 'x'));
  while (!live.next().is_null()) continue;
  EXPECT_TRUE(eventually([&] { return server->counts().live_clients == 0; }));
}

TEST_F(ServerTest, ASlowReaderIsDroppedAndTheOthersMissNothing) {
  Live slow(connect(4096));
  ASSERT_FALSE(slow.open(host, origin));
  Live good(connect());
  ASSERT_FALSE(good.open(host, origin));
  EXPECT_EQ(good.next()["type"], "recent");
  constexpr std::uint64_t round_entries = 400;  // 4 MB, two messages
  std::uint64_t last = 0;
  for (int round = 0; round < 10 && server->counts().slow_dropped == 0; ++round) {
    std::vector<std::string> entries;
    const std::uint64_t end = last + round_entries;
    for (std::uint64_t n = last + 1; n <= end; ++n) entries.push_back(entry(n, 10000));
    server->publish_entries(std::move(entries));
    while (last < end) {
      const Json message = good.next_of("entries");
      ASSERT_FALSE(message.is_null());
      for (const Json& one : message["entries"]) ASSERT_EQ(one["sequence"], ++last);
    }
  }
  EXPECT_EQ(server->counts().slow_dropped, 1U);
  EXPECT_EQ(server->counts().entries_lost, 0U);
  EXPECT_TRUE(eventually([&] { return server->counts().live_clients == 1; }));
}

TEST_F(ServerTest, ASlowReaderIsDroppedOverTheNumberOfMessagesToo) {
  Live slow(connect(4096));
  ASSERT_FALSE(slow.open(host, origin));
  Live good(connect());
  ASSERT_FALSE(good.open(host, origin));
  server->publish_entries(
      {entry(1, 4 * 1024 * 1024)});  // more than the kernel takes: the slow one's next wait behind it
  for (std::uint64_t n = 1; n <= live_queue_max + 1; ++n) {
    EXPECT_EQ(good.next_of("entries")["entries"][0]["sequence"], n);
    server->publish_entries({entry(n + 1)});
  }
  EXPECT_FALSE(good.next_of("entries").is_null());
  EXPECT_EQ(server->counts().slow_dropped, 1U);
}

TEST_F(ServerTest, EntriesOverTheBoundAreCounted) {
  std::vector<std::string> entries;
  for (std::uint64_t n = 1; n <= entries_waiting_max + 1; ++n) entries.push_back(entry(n));
  server->publish_entries(std::move(entries));
  EXPECT_EQ(server->counts().entries_lost, 1U);
}

TEST_F(ServerTest, OneConnectionOverTheBoundIsRefused) {
  std::vector<tcp::socket> open;
  for (std::size_t i = 0; i < connections_max; ++i) open.push_back(connect());
  ASSERT_TRUE(eventually([&] { return server->counts().connections == connections_max; }));
  EXPECT_TRUE(raw("").starts_with("HTTP/1.1 503"));
  EXPECT_EQ(server->counts().refused_full, 1U);
  open.pop_back();
  ASSERT_TRUE(eventually([&] { return server->counts().connections == connections_max - 1; }));
  EXPECT_EQ(ask({}).result_int(), 200U);
}

TEST_F(ServerTest, StopsWithClientsOpen) {
  Live live(connect());
  ASSERT_FALSE(live.open(host, origin));
  tcp::socket half = connect();
  asio::write(half, asio::buffer(std::string_view("GET / HT")));
  const std::uint16_t port = server->port();
  server.reset();
  while (!live.next().is_null()) continue;
  ServerOptions again;
  again.callbacks.visitor = [](const Who&) { return Visitor{}; };
  again.port = port;
  EXPECT_TRUE(Server::start(std::move(again))) << "the port is free at once";
}

}  // namespace
}  // namespace cordon::http
