// SPDX-License-Identifier: Apache-2.0
// One user of an address that several share is refused; the others, and he himself elsewhere, are not.
#include <gtest/gtest.h>

#include "samba/testing.h"

namespace cordon::samba {
namespace {

using namespace testing;

TEST_F(HelperTest, AUserIsRefusedWhereHeComesFromAndOthersFromThereAreNot) {
  world_.logged_in = {
      {login("games@10.0.0.1"), 11, 1}, {login("mail@10.0.0.1"), 12, 1}, {login("games@10.0.0.2"), 13, 1}};
  world_.order.clear();
  EXPECT_EQ(refuse("c1", "games@10.0.0.1"), "ok c1 count=1 ended=1 rules=whole\n");
  EXPECT_EQ(world_.order, (std::vector<std::string>{"write", "nudge", "end_processes", "reload", "persist"}));
  EXPECT_TRUE(world_.is_refused(login("games@10.0.0.1")));
  ASSERT_EQ(world_.logged_in.size(), 2U);
  EXPECT_EQ(world_.logged_in[0].login, login("mail@10.0.0.1"));
  EXPECT_EQ(world_.logged_in[1].login, login("games@10.0.0.2"));
  EXPECT_EQ(ask("list l"),
            "ok l count=1 ended=0 rules=whole\nrefused games@10.0.0.1 cut=c1 until=1670097665 sessions=0\n.\n");
  EXPECT_EQ(refuse("c1", "games@10.0.0.1"), "ok c1 count=1 ended=0 rules=whole\n") << "the same again is the same";
  EXPECT_EQ(ask("allow a cut=c1"), "ok a count=1 ended=0 rules=unchecked\n");
  EXPECT_FALSE(world_.is_refused(login("games@10.0.0.1")));
  EXPECT_TRUE(world_.login_files.empty());
  refuse("c2", "games@10.0.0.1");
  EXPECT_EQ(ask("allow a logins=games@10.0.0.1"), "ok a count=1 ended=0 rules=unchecked\n");
}

TEST_F(HelperTest, OnASharedConnectionSambaClosesTheSharesOfOneAlone) {
  world_.logged_in = {{login("games@10.0.0.1"), 11, 1}, {login("mail@10.0.0.1"), 11, 1}};
  EXPECT_EQ(refuse("c1", "games@10.0.0.1"), "ok c1 count=1 ended=0 rules=whole\n");
  ASSERT_EQ(world_.logged_in.size(), 2U);
  EXPECT_EQ(world_.logged_in[0].shares, 0U);
  EXPECT_EQ(world_.logged_in[1].shares, 1U);
}

TEST_F(HelperTest, WhereSambaDoesNotCloseThemItIsSaidAndTheOthersStay) {
  world_.logged_in = {{login("games@10.0.0.1"), 11, 1}, {login("mail@10.0.0.1"), 11, 1}};
  world_.tied = {"games"};
  EXPECT_EQ(refuse("c1", "games@10.0.0.1"),
            "error c1 failed 0 refused, but sessions live on: another user's session shares its connection\n");
  EXPECT_EQ(world_.logged_in.size(), 2U);
  EXPECT_NE(ask("list l").find("games@10.0.0.1 cut=c1 until=1670097665 sessions=1"), std::string::npos);
}

TEST_F(HelperTest, AProtectedUserOrAddressIsNeverRefused) {
  EXPECT_EQ(refuse("c1", "games@10.0.0.1,adm@10.0.0.1"), "error c1 denied 0 adm@10.0.0.1 is protected\n");
  EXPECT_EQ(refuse("c1", "games@10.0.0.9"), "error c1 denied 0 games@10.0.0.9 is protected\n");
  EXPECT_FALSE(helper_.anything_denied());
  world_.include = include_text({{}, {{login("adm@10.0.0.1"), {{"c1", now_.seconds + 60}}}}}, include);
  EXPECT_EQ(helper_.start(now_), "");
  EXPECT_FALSE(helper_.anything_denied()) << "nor by what its predecessor left";
}

TEST_F(HelperTest, WhereARefusalWouldHaveNoEffectNothingIsWritten) {
  world_.conf += " username map = /etc/samba/users.map\n";
  EXPECT_NE(refuse("c1", "games@10.0.0.1").find("username map"), std::string::npos);
  EXPECT_FALSE(helper_.anything_denied());
}

TEST_F(HelperTest, ARefusalEndsByItselfIsTakenUpAndItsLossIsSeen) {
  refuse("c1", "games@10.0.0.1", 5);
  refuse("c2", "mail@10.0.0.1", 50);
  world_.login_files.clear();
  EXPECT_NE(ask("list l").find("rules=changed"), std::string::npos);
  EXPECT_EQ(helper_.start(now_), "") << "as its successor does";
  EXPECT_TRUE(world_.is_refused(login("games@10.0.0.1")));
  pass(milliseconds(5000));
  EXPECT_EQ(helper_.tend(now_), "");
  EXPECT_FALSE(world_.is_refused(login("games@10.0.0.1")));
  EXPECT_TRUE(world_.is_refused(login("mail@10.0.0.1")));
}

TEST_F(HelperTest, ARefusedUserWhoHasAShareAllTheSameIsEnded) {
  refuse("c1", "games@10.0.0.1");
  world_.logged_in = {{login("games@10.0.0.1"), 11, 1}};
  EXPECT_NE(ask("list l").find("sessions=1"), std::string::npos);
  EXPECT_EQ(helper_.tend(now_), "");
  EXPECT_TRUE(world_.logged_in.empty());
  world_.status_answers = false;
  EXPECT_EQ(ask("list l"), "error l failed 0 smbstatus does not answer\n");
}

TEST_F(HelperTest, RefusedLoginsAreBounded) {
  for (std::size_t i = 0; i < refused_max; ++i)
    ASSERT_TRUE(refuse("c", "u" + std::to_string(i) + "@10.0.0.1").starts_with("ok"));
  EXPECT_TRUE(refuse("more", "more@10.0.0.1").starts_with("error more limit"));
}

}  // namespace
}  // namespace cordon::samba
