// SPDX-License-Identifier: Apache-2.0
// What is answered to whom. No coroutine and no socket here.
#include <algorithm>
#include <boost/beast/websocket/rfc6455.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "http/server_impl.h"

namespace cordon::http {
namespace {

/// policy lets the page load and speak to nothing but this server, and run nothing that is written in it.
constexpr std::string_view policy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string refusal(std::string_view why) {
  const nlohmann::json json = {{"ok", false}, {"why", why}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string log_text(std::span<const std::string> entries) {
  std::size_t bytes = 0;
  std::size_t kept = 0;
  while (kept < entries.size() && bytes + entries[kept].size() <= log_answer_bytes_max) {
    bytes += entries[kept++].size() + 1;
  }
  return joined("log", entries.first(kept));
}

Response Server::Impl::text(http::status status, unsigned version, std::string_view mime, std::string body) const {
  Response response{status, version};
  response.set(http::field::content_type, beast::string_view(mime.data(), mime.size()));
  response.set(http::field::cache_control, "no-store");
  response.set("Content-Security-Policy", beast::string_view(policy.data(), policy.size()));
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "DENY");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response Server::Impl::sentence(http::status status, const Request& request, std::string_view why) const {
  return text(status, request.version(), "application/json", refusal(why));
}

Who Server::Impl::who_of(const Request& request, const std::string& address) const {
  if (request.count(http::field::cookie) != 1) return {"", address};
  return {std::string(cookie_value(view(request[http::field::cookie]), session_cookie(served()))), address};
}

bool Server::Impl::is_action(std::string_view path) const {
  return std::ranges::any_of(options.actions, [&](const Action& a) { return a.path == path; });
}

/// answer_plain answers who speaks plain HTTP to the port of TLS.
Response Server::Impl::answer_plain(const Request& request) const {
  const std::string_view host = view(request[http::field::host]);
  const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
  if (!reads || request.count(http::field::host) != 1 || !names_this_server(host, served())) {
    return text(http::status::bad_request, request.version(), "text/plain; charset=utf-8",
                "This port speaks TLS only: use https:// and the name of this box.\n");
  }
  Response response = text(http::status::permanent_redirect, request.version(), "text/plain; charset=utf-8",
                           "This port speaks TLS only: use https://\n");
  response.set(http::field::location, "https://" + std::string(host) + "/");
  return response;
}

/// refuse judges who asks, before what is asked.
std::optional<Response> Server::Impl::refuse(const Request& request, const std::string& address) {
  const std::string_view host = view(request[http::field::host]);
  if (request.count(http::field::host) != 1 || !names_this_server(host, served())) {
    ++counters.refused_host;
    return sentence(http::status::misdirected_request, request,
                    "this server answers to its own names and addresses with its port only");
  }
  const bool upgrade = beast::websocket::is_upgrade(request);
  const bool acts = request.method() == http::verb::post || upgrade;
  const std::string_view origin = view(request[http::field::origin]);
  if (acts && (request.count(http::field::origin) != 1 || !same_origin(origin, host, options.tls != nullptr))) {
    ++counters.refused_origin;
    return sentence(http::status::forbidden, request, "only this server's own page may do this");
  }
  if (!upgrade) return std::nullopt;
  if (!options.callbacks.visitor(who_of(request, address)).reads) {
    ++counters.refused_session;
    return sentence(http::status::unauthorized, request, "sign in first");
  }
  if (clients.size() >= live_clients_max) {
    ++counters.refused_full;
    return sentence(http::status::service_unavailable, request, "too many pages are open");
  }
  return std::nullopt;
}

std::optional<Response> Server::Impl::refuse_act(const Request& request, const std::string& address) {
  const std::string_view path = view(request.target());
  const auto action = std::ranges::find_if(options.actions, [&](const Action& a) { return a.path == path; });
  if (!is_json_type(view(request[http::field::content_type]))) {
    ++counters.malformed;
    return sentence(http::status::unsupported_media_type, request, "the body must be application/json");
  }
  if (action->open) return std::nullopt;
  const Visitor visitor = options.callbacks.visitor(who_of(request, address));
  if (visitor.page_token.empty()) {
    ++counters.refused_session;
    return sentence(http::status::unauthorized, request, "sign in first");
  }
  if (request.count("X-Cordon-Token") != 1 || !same_secret(view(request["X-Cordon-Token"]), visitor.page_token)) {
    ++counters.refused_session;
    return sentence(http::status::forbidden, request, "only this server's own page may do this");
  }
  return std::nullopt;
}

Response Server::Impl::answer(const Request& request, const std::string& address) {
  const std::string_view target = view(request.target());
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  const bool reading = request.method() == http::verb::get || request.method() == http::verb::head;
  const auto asset =
      std::ranges::find_if(options.assets, [&](const Asset& candidate) { return candidate.path == path; });
  const bool action = is_action(path);
  const bool api = path.starts_with("/api/");
  if (!action && !api && path != "/healthz" && path != "/live" && asset == options.assets.end()) {
    return sentence(http::status::not_found, request, "there is nothing under this path");
  }
  if (action || !reading) {  // an action's POST does not come here
    Response response = sentence(http::status::method_not_allowed, request, "this path does not take this method");
    response.set(http::field::allow, action ? "POST" : "GET, HEAD");
    return response;
  }
  const auto json = [&](std::string body) {
    return text(http::status::ok, request.version(), "application/json", std::move(body));
  };
  Response response = [&] {
    if (path == "/live") return sentence(http::status::upgrade_required, request, "this path is a WebSocket");
    if (path == "/healthz") return text(http::status::ok, request.version(), "text/plain; charset=utf-8", "ok\n");
    if (asset != options.assets.end()) {
      const bool fresh = view(request[http::field::if_none_match]) == asset->etag;
      Response file = text(fresh ? http::status::not_modified : http::status::ok, request.version(), asset->mime,
                           fresh ? std::string{} : std::string(asset->bytes));
      file.set(http::field::etag, beast::string_view(asset->etag.data(), asset->etag.size()));
      file.set(http::field::cache_control, "no-cache");  // kept, but asked about each time
      return file;
    }
    const Visitor visitor = options.callbacks.visitor(who_of(request, address));
    if (path == "/api/me") return json(visitor.json);
    if (!visitor.reads) {
      ++counters.refused_session;
      return sentence(http::status::unauthorized, request, "sign in first");
    }
    if (path == "/api/log") return answer_log(request, query);
    if (path == options.situation_path) {
      if (!situation) return sentence(http::status::service_unavailable, request, "there is no situation yet");
      return json(*situation);
    }
    if (options.callbacks.read) {
      if (auto found = options.callbacks.read(path, query)) return json(std::move(*found));
    }
    return sentence(http::status::not_found, request, "there is nothing under this path");
  }();
  if (request.method() == http::verb::head) response.body().clear();  // Content-Length stays what GET would have
  return response;
}

Response Server::Impl::answer_log(const Request& request, std::string_view query) {
  const auto page = parse_log_page(query);
  if (!page || !options.callbacks.log) {
    ++counters.malformed;
    return sentence(http::status::bad_request, request, "say from=N and limit=M, both decimal");
  }
  std::vector<std::string> entries = options.callbacks.log(page->from, page->limit);
  entries.resize(std::min(entries.size(), page->limit));
  return text(http::status::ok, request.version(), "application/json", log_text(entries));
}

}  // namespace cordon::http
