// SPDX-License-Identifier: Apache-2.0
// Who logs on: NTLMSSP bare and inside SPNEGO, Kerberos named, and bytes that are none of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "smb/ntlmssp.h"
#include "smb/spnego.h"
#include "smb/testing.h"

namespace cordon::smb {
namespace {

using namespace testing;
using namespace std::string_view_literals;

struct Logon {
  Bytes domain, user, workstation;
  std::uint32_t flags = 1;
  std::uint16_t nt_response_bytes = 24;
};

/// authenticate builds an AUTHENTICATE message. [MS-NLMP] 2.2.1.3.
Bytes authenticate(const Logon& logon) {
  ByteWriter w;
  w.text("NTLMSSP\0"sv);
  w.u32le(3);
  std::uint32_t at = 64;
  const auto field = [&](std::size_t size) {
    w.u16le(static_cast<std::uint16_t>(size));
    w.u16le(static_cast<std::uint16_t>(size));
    w.u32le(at);
    at += static_cast<std::uint32_t>(size);
  };
  field(0);
  field(logon.nt_response_bytes);
  field(logon.domain.size());
  field(logon.user.size());
  field(logon.workstation.size());
  field(0);
  w.u32le(logon.flags);
  zeros(w, logon.nt_response_bytes);
  for (const Bytes* text : {&logon.domain, &logon.user, &logon.workstation}) w.bytes(*text);
  return w.release();
}

Bytes der(std::uint8_t tag, ByteView value) {
  ByteWriter w;
  w.u8(tag);
  if (value.size() < 0x80) {
    w.u8(static_cast<std::uint8_t>(value.size()));
  } else {
    w.u8(0x82);
    w.u16be(static_cast<std::uint16_t>(value.size()));
  }
  w.bytes(value);
  return w.release();
}
Bytes join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& p : parts) out.insert(out.end(), p.begin(), p.end());
  return out;
}
const Bytes oid_spnego{0x2B, 6, 1, 5, 5, 2};
const Bytes oid_ntlm{0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10};
const Bytes oid_kerberos{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2};

Bytes init_token(const Bytes& mechanism, const Bytes& token) {
  return der(0x60,
             join({der(6, oid_spnego),
                   der(0xA0, der(0x30, join({der(0xA0, der(0x30, der(6, mechanism))), der(0xA2, der(4, token))})))}));
}

TEST(Ntlmssp, NamesWhoLogsOn) {
  const auto m = parse_ntlmssp(authenticate({utf16("CHV"), utf16("b.martin"), utf16("PC-CARDIO-3")}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->type, NtlmMessage::authenticate);
  EXPECT_EQ(m->domain, "CHV");
  EXPECT_EQ(m->user, "b.martin");
  EXPECT_EQ(m->workstation, "PC-CARDIO-3");
  EXPECT_FALSE(m->anonymous);
}

TEST(Ntlmssp, ReadsOemTextAsLatin1) {
  const auto m = parse_ntlmssp(authenticate({{'D'}, {'R', 0xE9}, {'W'}, 0}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->user, "R\xC3\xA9");
}

TEST(Ntlmssp, AnonymousIsAnEmptyUserAndResponseOrTheFlag) {
  EXPECT_TRUE(parse_ntlmssp(authenticate({{}, {}, {}, 1, 0}))->anonymous);
  EXPECT_TRUE(parse_ntlmssp(authenticate({{}, utf16("x"), {}, 0x801, 24}))->anonymous);
  EXPECT_FALSE(parse_ntlmssp(authenticate({{}, {}, {}, 1, 24}))->anonymous);
}

TEST(Ntlmssp, TextIsBoundedAndTextOutsideTheMessageIsEmpty) {
  const Bytes longest(ntlm_text_bytes_max, 'a'), longer(ntlm_text_bytes_max + 1, 'a');
  EXPECT_EQ(parse_ntlmssp(authenticate({{}, longest, {}, 0}))->user.size(), ntlm_text_bytes_max);
  EXPECT_EQ(parse_ntlmssp(authenticate({{}, longer, {}, 0}))->user.size(), ntlm_text_bytes_max);
  Bytes cut = authenticate({utf16("CHV"), utf16("b.martin"), utf16("PC")});
  cut.pop_back();
  const auto m = parse_ntlmssp(cut);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->user, "b.martin");
  EXPECT_EQ(m->workstation, "");
}

TEST(Ntlmssp, RefusesOtherBytes) {
  EXPECT_EQ(parse_ntlmssp({}).error().code, ErrorCode::truncated);
  EXPECT_EQ(parse_ntlmssp(as_bytes("NTLMSSQ\0\1\0\0\0\0\0\0\0"sv)).error().code, ErrorCode::malformed);
  EXPECT_EQ(parse_ntlmssp(as_bytes("NTLMSSP\0\4\0\0\0\0\0\0\0"sv)).error().code, ErrorCode::malformed);
  const Bytes whole = authenticate({utf16("CHV"), utf16("b"), utf16("PC")});
  for (std::size_t n = 0; n < 52; ++n) EXPECT_FALSE(parse_ntlmssp(ByteView(whole).first(n))) << n;
}

TEST(Spnego, FindsTheTokenInEachForm) {
  const Bytes token = authenticate({utf16("CHV"), utf16("b.martin"), utf16("PC")});
  const Bytes response = der(0xA1, der(0x30, join({der(0xA0, Bytes{10, 1, 1}), der(0xA2, der(4, token))})));
  for (const Bytes& blob : {token, init_token(oid_ntlm, token), response}) {
    const auto s = parse_spnego(blob);
    ASSERT_TRUE(s);
    EXPECT_EQ(s->mechanism, Mechanism::ntlmssp);
    EXPECT_TRUE(std::ranges::equal(s->token, token));
  }
  EXPECT_EQ(parse_spnego(init_token(oid_kerberos, Bytes(300, 1)))->mechanism, Mechanism::kerberos);
  EXPECT_EQ(parse_spnego(der(0x60, join({der(6, oid_kerberos), Bytes{1, 0}})))->mechanism, Mechanism::kerberos);
  EXPECT_EQ(parse_spnego({})->mechanism, Mechanism::none);
}

TEST(Spnego, BrokenDerIsAnErrorWhereverItIsCut) {
  const Bytes whole = init_token(oid_ntlm, authenticate({utf16("CHV"), utf16("b"), utf16("PC")}));
  for (std::size_t n = 1; n < whole.size(); ++n) EXPECT_FALSE(parse_spnego(ByteView(whole).first(n))) << n;
  EXPECT_FALSE(parse_spnego(Bytes{0x60, 0x85, 1, 1, 1, 1, 1})) << "a length of five bytes";
}

TEST(SessionSetup, GivesTheUserWithTheNewSession) {
  Log log;
  Conversation c(log);
  const Bytes blob = init_token(oid_ntlm, authenticate({utf16("CHV"), utf16("b.martin"), utf16("PC")}));
  c.feed(Direction::client_to_server, {},
         message({.command = Command::session_setup, .id = 2, .session = 0}, session_setup_request(blob)));
  ByteWriter body;
  body.u16le(9);
  body.u16le(1);
  zeros(body, 4);
  c.feed(Direction::server_to_client, {},
         message({.command = Command::session_setup, .id = 2, .flags = flag_response, .session = 0x77}, body));
  ASSERT_EQ(log.exchanges.size(), 1U);
  const auto& request = std::get<SessionSetupRequest>(log.exchanges[0].request);
  EXPECT_EQ(log.exchanges[0].session_id, 0x77U);
  EXPECT_EQ(request.user, "b.martin");
  EXPECT_EQ(request.ntlm_message, 3U);
  EXPECT_EQ(std::get<SessionSetupResponse>(log.exchanges[0].response).session_flags, 1U);
}

}  // namespace
}  // namespace cordon::smb
