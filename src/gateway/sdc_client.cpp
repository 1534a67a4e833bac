// SPDX-License-Identifier: Apache-2.0
// What we ask of a device: one POST, one answer, one connection. Source: IEEE 11073-20702 (MDPWS), SOAP 1.2 part 2, 7.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <random>

#include "gateway/gunzip.h"
#include "gateway/sdc_shared.h"

namespace cordon::gateway {

namespace beast = boost::beast;

namespace {

constexpr std::size_t url_bytes_max = 1024;
constexpr std::string_view soap_type = "application/soap+xml; charset=utf-8";

using Ask = beast::http::request<beast::http::string_body>;
using ResponseParser = beast::http::response_parser<beast::http::string_body>;

SdcAnswer refused(const http::Wire::Error& error) {
  if (http::is_tls_refusal(error)) return {sdc::Refusal::certificate_refused, error.message(), {}};
  if (error == beast::error::timeout) return {sdc::Refusal::timeout, {}, {}};
  const bool is_http = error.category() == make_error_code(beast::http::error::end_of_stream).category();
  return {is_http ? sdc::Refusal::broken : sdc::Refusal::unreachable, error.message(), {}};
}

/// refused_after_greeting: under TLS 1.3 a server judges our certificate when we are done already, and its word is
/// often lost when it hangs up. To be hung up on without a byte of an answer means that.
SdcAnswer refused_after_greeting(const http::Wire::Error& error, bool answered) {
  SdcAnswer out = refused(error);
  const bool hung_up = error == beast::http::error::end_of_stream || out.refusal == sdc::Refusal::unreachable;
  if (hung_up && !answered) out.refusal = sdc::Refusal::certificate_refused;
  return out;
}

bool is_gzip(std::string_view encoding) {
  return beast::iequals(encoding, "gzip") || beast::iequals(encoding, "x-gzip");
}

SdcAnswer read_answer(ResponseParser& parser) {
  auto& message = parser.get();
  SdcAnswer out{std::nullopt, {}, std::move(message.body())};
  if (is_gzip(message[beast::http::field::content_encoding])) {
    auto opened = gunzip(as_bytes(out.body), sdc::message_bytes_max);
    if (!opened) return {sdc::Refusal::broken, opened.error().where, {}};
    out.body = std::move(*opened);
  }
  if (out.body.empty()) return {sdc::Refusal::broken, "HTTP " + std::to_string(message.result_int()), {}};
  return out;
}

Ask ask_of(const SdcUrl& url, std::string body) {
  Ask ask{beast::http::verb::post, url.target, 11, std::move(body)};
  ask.set(beast::http::field::host, url.host);
  ask.set(beast::http::field::user_agent, "Cordon");
  ask.set(beast::http::field::content_type, soap_type);
  ask.set(beast::http::field::accept, "application/soap+xml");
  ask.set(beast::http::field::accept_encoding, "identity");
  ask.keep_alive(false);
  ask.prepare_payload();
  return ask;
}

}  // namespace

std::optional<SdcUrl> read_sdc_url(std::string_view text) {
  if (text.size() > url_bytes_max) return std::nullopt;
  for (const char c : text)
    if (c <= ' ' || c == '\x7f') return std::nullopt;
  SdcUrl out;
  out.tls = text.starts_with("https://");
  if (!out.tls && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(out.tls ? 8 : 7);
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  out.target = text.substr(0, text.find('#'));
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  out.host = authority;
  const bool is_v6 = authority.starts_with('[');
  const auto end = is_v6 ? authority.find(']') : authority.find(':');
  if (is_v6 && end == std::string_view::npos) return std::nullopt;
  const std::string_view host = is_v6 ? authority.substr(1, end - 1) : authority.substr(0, end);
  std::string_view port = end == std::string_view::npos ? std::string_view() : authority.substr(is_v6 ? end + 1 : end);
  std::uint16_t number = out.tls ? 443 : 80;
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || number == 0) return std::nullopt;
  }
  http::Wire::Error error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  out.at = {address, number};
  return out;
}

asio::awaitable<SdcAnswer> post_sdc(SdcSharedPtr shared, SdcUrl url, std::string body) {
  http::Wire::Error error;
  beast::tcp_stream stream(shared->io);
  stream.expires_after(sdc::answer_within);
  co_await stream.async_connect(url.at, to(error));
  if (error || shared->closed) co_return refused(error);
  stream.socket().set_option(tcp::no_delay(true), error);
  SdcWire wire(shared, stream.release_socket(), url.tls ? shared->as_client : nullptr);
  wire->expires_after(sdc::answer_within);
  if (url.tls) co_await wire->handshake(error);
  if (error) co_return refused(error);
  const Ask ask = ask_of(url, std::move(body));
  co_await beast::http::async_write(*wire, ask, to(error));
  if (error) co_return url.tls ? refused_after_greeting(error, false) : refused(error);
  beast::flat_buffer buffer;
  ResponseParser parser;
  parser.header_limit(header_bytes_max);
  parser.body_limit(sdc::message_bytes_max);
  co_await beast::http::async_read(*wire, buffer, parser, to(error));
  if (error) co_return url.tls ? refused_after_greeting(error, parser.got_some()) : refused(error);
  SdcAnswer answer = read_answer(parser);
  co_return answer;
}

std::string random_hex(std::size_t bytes) {
  std::random_device source;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned byte = source() & 255U;
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string random_message_id() {
  std::string hex = random_hex(16);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, "-");
  return "urn:uuid:" + hex;
}

}  // namespace cordon::gateway
