// SPDX-License-Identifier: Apache-2.0
// A small file server and its clients, for tests of the model: exchanges without packets. Only tests include it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "observe/file_model.h"

namespace cordon::observe::testing {

using event::FileActivity;
using Bytes = std::vector<std::uint8_t>;

inline Bytes random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (auto& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

inline Bytes zip_like(std::size_t size, unsigned seed) {
  Bytes out = random_bytes(size, seed);
  const std::uint8_t magic[] = {'P', 'K', 3, 4};
  std::copy(std::begin(magic), std::end(magic), out.begin());
  return out;
}

inline Bytes prose(std::size_t size, unsigned seed) {
  static const char* const words[] = {"patient ", "service ", "lit ",  "garde ", "urgence ",
                                      "bloc ",    "dose ",    "avis ", "nuit\n"};
  std::mt19937 random(seed);
  Bytes out;
  while (out.size() < size) {
    for (const char* c = words[random() % 9]; *c != '\0'; ++c) out.push_back(static_cast<std::uint8_t>(*c));
  }
  out.resize(size);
  return out;
}

inline Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A small file server: it answers what a real one would, and tells the model what passed over the wire.
class Server {
 public:
  explicit Server(FileBounds bounds = {}, std::vector<std::string> decoys = {})
      : model(bounds, decoys, [this](const FileActivity& a) {
          reports.push_back(a);
          latest[a.file] = a;
        }) {}

  // One client's session on one connection.
  struct Link {
    Origin origin;
    std::uint64_t session = 0;
    std::uint32_t tree = 5;
    bool answered = true;
    std::uint32_t status = smb::status_success;
  };

  Link connect(int host, const std::string& user, bool proven = true) {
    Link l = channel(host, ++sessions_, proven);
    log_on(l, user);
    smb::Exchange t = exchange(l, smb::Command::tree_connect);
    t.request = smb::TreeConnectRequest{"\\\\srv\\commun"};
    t.response = smb::TreeConnectResponse{smb::ShareType::disk};
    send(l, t);
    return l;
  }
  /// log_on says a name, and the server answers with these session flags ([MS-SMB2] 2.2.6).
  void log_on(Link& l, const std::string& user, std::uint16_t flags = 0) {
    smb::Exchange e = exchange(l, smb::Command::session_setup);
    smb::SessionSetupRequest setup;
    setup.user = user;
    setup.domain = "HOPITAL";
    e.request = setup;
    e.response = smb::SessionSetupResponse{flags, smb::Mechanism::ntlmssp, ""};
    send(l, e);
  }
  Link channel(int host, std::uint64_t session, bool proven = true) {
    Link l;
    l.origin.flow = ++flows_;
    l.origin.client.sensor = "span0";
    l.origin.client.ip = *IpAddress::parse("10.77.0." + std::to_string(host));
    l.origin.client.mac.bytes = {2, 0x77, 0, 0, 0, static_cast<std::uint8_t>(host)};
    l.origin.server = *IpAddress::parse("10.77.0.20");
    l.origin.proven = proven;
    l.session = session;
    return l;
  }

  smb::FileId open(Link& l, const std::string& name, smb::CreateAction action = smb::CreateAction::opened,
                   std::uint64_t size = 0, std::uint32_t options = 0) {
    smb::Exchange e = exchange(l, smb::Command::create);
    smb::CreateRequest request;
    request.name = name;
    request.options = options;
    e.request = request;
    smb::CreateResponse response;
    response.file = {++files_, 1};
    response.action = action;
    response.end_of_file = size != 0 ? size : sizes_[name];
    e.response = response;
    e.file = response.file;
    e.file_known = l.answered;
    send(l, e);
    return response.file;
  }
  void read(Link& l, smb::FileId file, std::uint64_t offset, const Bytes& bytes) {
    feed(l, smb::DataPiece::Kind::read, file, offset, bytes);
    smb::Exchange e = about(l, smb::Command::read, file);
    e.request = smb::ReadRequest{offset, static_cast<std::uint32_t>(bytes.size())};
    e.response = smb::ReadResponse{static_cast<std::uint32_t>(bytes.size())};
    send(l, e);
  }
  void write(Link& l, smb::FileId file, std::uint64_t offset, const Bytes& bytes) {
    feed(l, smb::DataPiece::Kind::write, file, offset, bytes);
    smb::Exchange e = about(l, smb::Command::write, file);
    e.request = smb::WriteRequest{offset, static_cast<std::uint32_t>(bytes.size())};
    e.response = smb::WriteResponse{static_cast<std::uint32_t>(bytes.size())};
    send(l, e);
  }
  void set(Link& l, smb::FileId file, smb::Change change) {
    smb::Exchange e = about(l, smb::Command::set_info, file);
    e.request = smb::SetInfoRequest{1, 0, std::move(change)};
    e.response = smb::Plain{};
    send(l, e);
  }
  void rename(Link& l, smb::FileId file, const std::string& name, bool replace = false) {
    set(l, file, smb::Rename{name, replace});
  }
  void close(Link& l, smb::FileId file) {
    smb::Exchange e = about(l, smb::Command::close, file);
    e.request = smb::CloseRequest{};
    e.response = smb::CloseResponse{};
    send(l, e);
  }
  // What programs do in one go.
  void make(Link& l, const std::string& name, const Bytes& bytes) {
    const auto f = open(l, name, smb::CreateAction::created);
    write(l, f, 0, bytes);
    close(l, f);
    sizes_[name] = bytes.size();
  }
  void look(Link& l, const std::string& name, const Bytes& bytes) {
    const auto f = open(l, name, smb::CreateAction::opened, bytes.size());
    read(l, f, 0, bytes);
    close(l, f);
    sizes_[name] = bytes.size();
  }
  void rename(Link& l, const std::string& from, const std::string& to, bool replace = false) {
    const auto f = open(l, from);
    rename(l, f, to, replace);
    close(l, f);
    sizes_[to] = sizes_[from];
  }
  void remove(Link& l, const std::string& name) {
    const auto f = open(l, name);
    set(l, f, smb::SetDisposition{true});
    close(l, f);
  }
  void pass(std::chrono::seconds time) {
    now += time;
    model.tick(now);
  }

  std::vector<FileActivity> altered() const {
    std::vector<FileActivity> out;
    for (const auto& [file, a] : latest) {
      if (a.altered) out.push_back(a);
    }
    return out;
  }
  FileActivity only_altered() const {
    const auto all = altered();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? FileActivity{} : all.front();
  }

  smb::Exchange exchange(Link& l, smb::Command command) {
    smb::Exchange e;
    now += Micros{100};
    e.command = command;
    e.has_request = true;
    e.answered = l.answered;
    e.status = l.status;
    e.request_time = now;
    e.response_time = l.answered ? now + Micros{50} : WallTime{};
    e.message_id = ++messages_;
    e.session_id = l.session;
    e.tree_id = l.tree;
    return e;
  }
  smb::Exchange about(Link& l, smb::Command command, smb::FileId file) {
    smb::Exchange e = exchange(l, command);
    e.file = file;
    e.file_known = true;
    return e;
  }
  void send(Link& l, smb::Exchange& e) {
    if (!e.answered || e.status != smb::status_success) e.response = {};
    model.exchange(l.origin, e);
  }
  void feed(Link& l, smb::DataPiece::Kind kind, smb::FileId file, std::uint64_t offset, const Bytes& bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += 1460) {
      smb::DataPiece p;
      p.time = now;
      p.kind = kind;
      p.known = true;
      p.file = file;
      p.offset = offset + at;
      p.session_id = l.session;
      p.tree_id = l.tree;
      model.data(l.origin, p, ByteView(bytes).subspan(at, std::min<std::size_t>(1460, bytes.size() - at)));
    }
  }

  WallTime now = wall_time_of(1670097600);
  std::vector<FileActivity> reports;
  std::map<std::uint64_t, FileActivity> latest;
  FileModel model;

 private:
  std::map<std::string, std::uint64_t> sizes_;
  std::uint64_t sessions_ = 100, flows_ = 0, files_ = 0, messages_ = 0;
};

inline const std::string folder = "\\\\10.77.0.20\\commun\\";

}  // namespace cordon::observe::testing
