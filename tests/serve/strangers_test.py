# SPDX-License-Identifier: Apache-2.0
"""Nobody gets a host cut off, or a cut lifted, by forged browser messages or by replayed approvals and orders.

Forged: what a page of somebody else, a stranger on the network, or a colleague without the right can send, while a plan's
line waits for two persons. Replayed: what was said once, by the right person, said again. Each is judged by its answer and
by what stands in the logbook afterwards.

usage: strangers_test.py CORDON [unittest arguments]
"""
import base64
import json
import re
import sys
import tempfile
import unittest

import served
from served import Browser, Served, people, until

PROGRAM = ""
DECIDES = ("cut_decided", "cut_changed", "approval", "line_decided", "hand_done", "freeze", "mode_chosen", "person")
IDLE = 31 * 60  # seconds; people::act_idle_max and a minute
EVIL = "https://evil.example"


class Case(unittest.TestCase):
    """One box for all tests of a class: an unknown host is cut, and a cut that would cost ws1's unit care waits for two."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.box = Served(PROGRAM, folder.name)
        cls.box.start()
        cls.addClassCleanup(cls.box.kill)
        cls.first, cls.second, cls.observer = people(cls.box)
        cls.box.attack(77)  # nobody's care depends on it: cut at once
        cls.box.attack(11)
        until("a question waits", cls.question)

    @classmethod
    def question(cls, host="ws1-urgences"):
        """question gives the approval that waits for the cut of what a host spreads."""
        for line in cls.first.situation()["plan"]["lines"]:
            if host in line["subject"] and line["state"] == "waits" and line["approval"] and line["action"] != "shield":
                return line["approval"]
        return None

    @classmethod
    def wish(cls, asked, **changes):
        return {"id": asked["id"], "digest": asked["digest"], "approves": "yes", "reason": "", **changes}

    def approve(self, who, asked, **changes):
        answer = who.ask("POST", "/api/approve", self.wish(asked, **changes))
        self.assertEqual(202, answer.status, answer)

    barriers = 0

    def entries(self, kinds=DECIDES):
        """entries gives what was decided so far, once all that was sent before has been taken."""
        Case.barriers += 1
        mark = f"10.99.{Case.barriers // 250}.{Case.barriers % 250 + 1}"
        self.box.sees(mark, 99)
        found = []

        def marked():
            while page := self.first.log(len(found) + 1):
                found.extend(page)
            return any(e["kind"] == "host_seen" and e["body"]["host"] == mark for e in found)

        until("what was sent is taken", marked)
        return [e["body"] | {"kind": e["kind"]} for e in found if e["kind"] in kinds]

    def cuts(self):
        return [e for e in self.entries() if e["kind"] == "cut_decided" and e["by"]]


class Forged(Case):
    def setUp(self):
        self.asked = self.question()
        self.before = self.entries()

    def tearDown(self):
        self.assertEqual(self.before, self.entries(), "a forged message changed something")
        self.assertEqual([], self.question()["given"])

    def refused(self, status, headers, path="/api/approve", method="POST", body=None, who=None):
        answer = (who or self.first).ask(method, path, body if body is not None else self.wish(self.asked), headers)
        self.assertEqual(status, answer.status, answer)

    def orders(self):
        """orders gives every wish a signed-in person can have."""
        cut = next(e["id"] for e in self.before if e["kind"] == "cut_decided")
        return {"/api/approve": self.wish(self.asked), "/api/rollback": {"cut": cut, "reason": "x"},
                "/api/line": {"key": "block_out ws1-urgences", "wish": "force", "reason": "x"},
                "/api/hand": {"key": "block_out ws1-urgences", "done": "yes", "remark": "x"},
                "/api/freeze": {"frozen": "yes", "reason": "x"}, "/api/mode": {"mode": "watch", "reason": "x"},
                "/api/invite": {"name": "e.ve"}}

    def test_nobody(self):
        for path, body in self.orders().items():
            with self.subTest(path):
                self.refused(401, self.first.headers(Cookie=None), path, body=body)

    def test_a_cookie_that_was_made_up_planted_or_stolen_without_its_page(self):
        name, _, value = self.first.cookie.partition("=")
        forged = f"{name}={'0' * len(value)}"
        for cookie in (forged, self.first.cookie + "0", f"{self.first.cookie}; {forged}", f"{forged}; {self.first.cookie}",
                       f"cordon={value}"):
            with self.subTest(cookie[:24]):
                self.refused(401, self.first.headers(Cookie=cookie))
        for token in (None, self.second.token, self.first.token[:-1] + "!"):
            with self.subTest(token=token):
                self.refused(403, self.first.headers(X_Cordon_Token=token))

    def test_a_colleague_without_the_right(self):
        for path, body in self.orders().items():
            with self.subTest(path):
                answer = self.observer.ask("POST", path, body)
                self.assertEqual((403, "not_allowed"), (answer.status, answer.json.get("word")), answer)

    def test_words_that_a_screen_would_obey(self):
        for path, body in self.orders().items():
            for word in {"reason", "remark"} & body.keys():
                for hostile in ("a\x1b[2J", "a\nb", "a\u202eb", "a\u0085b"):
                    with self.subTest(path=path, words=hostile):
                        answer = self.first.ask("POST", path, body | {word: hostile})
                        self.assertEqual((400, "unseen"), (answer.status, answer.json.get("word")), answer)

    def test_another_page_in_the_browser_of_who_may(self):
        host = self.first.host()
        for origin in (EVIL, "null", None, f"http://{host}", f"https://{host}.evil.example", "https://127.0.0.1:1",
                       f"https://{host}/", f"https://user@{host}"):
            for path, body in self.orders().items():
                with self.subTest(origin=origin, path=path):
                    self.refused(403, self.first.headers(Origin=origin), path, body=body)
        self.refused(403, self.first.headers(Origin=EVIL), "/api/sign-in", body={"name": "a.durand", "passphrase": "x"})

    def test_a_form_of_another_page(self):
        body = json.dumps(self.wish(self.asked)).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None):
            with self.subTest(kind):
                # A browser sends the other page's origin with it; one that did not would still be refused.
                self.refused(403, self.first.headers(Origin=EVIL, Content_Type=kind), body=body)
                self.refused(415, self.first.headers(Content_Type=kind), body=body)

    def test_a_picture_or_a_link_of_another_page(self):
        query = "&".join(f"{k}={v}" for k, v in self.wish(self.asked).items())
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            for path in ("/api/approve", f"/api/approve?{query}"):
                with self.subTest(method=method, path=path[:13]):
                    self.refused(405, self.first.headers(), path, method, b"")
        self.assertEqual(405, self.first.ask("POST", f"/api/approve?{query}", self.wish(self.asked)).status)

    def test_a_name_that_was_made_to_point_here(self):
        for name in ("evil.example", f"evil.example:{self.box.port}", "127.0.0.1", None):
            with self.subTest(name):
                self.refused(421, self.first.headers(Host=name, Origin=EVIL))

    def test_the_live_channel_of_another_page(self):
        key = base64.b64encode(b"sixteen bytes...").decode()

        def opened(**changes):
            headers = self.first.headers(Content_Type=None, X_Cordon_Token=None, Connection="Upgrade", Upgrade="websocket",
                                         **changes) | {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
            text = "GET /live HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
            return self.first.send(text.encode())

        for origin in (EVIL, "null", None):
            self.assertIn(b" 403 ", opened(Origin=origin).split(b"\r\n")[0])
        self.assertIn(b" 401 ", opened(Cookie=None).split(b"\r\n")[0])
        own = opened()
        self.assertIn(b" 101 ", own.split(b"\r\n")[0], "our own page is let in, or this test shows nothing")
        self.assertIn(b'"situation"', own)

    def raw(self, head, body=b"", **changes):
        """raw sends a request as it is written and gives all status codes answered."""
        headers = self.first.headers(**changes)
        lines = [f"{k}: {v}" for k, v in headers.items()] + head
        answer = self.first.send(("POST /api/approve HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answer)]

    def test_headers_that_say_two_things(self):
        body = json.dumps(self.wish(self.asked)).encode()
        length, host = f"Content-Length: {len(body)}", self.first.host()
        for head in ([length, f"Origin: {EVIL}"], [length, f"X-Cordon-Token: {self.observer.token}"]):
            with self.subTest(head[-1]):
                self.assertEqual([403], self.raw(head, body))
        self.assertEqual([401], self.raw([length, f"Cookie: {self.observer.cookie}"], body), "two cookie headers")
        self.assertEqual([421], self.raw([length, f"Host: {host}"], body), "two hosts")
        for head in ([length, f"Content-Length: {len(body) - 1}"], [length, "Transfer-Encoding: chunked"],
                     [f"Content-Length: -{len(body)}"], [f"Content-Length: {len(body)}, {len(body)}1"],
                     ["Transfer-Encoding: chunked, identity"], [length, "Bad Header: x"]):
            with self.subTest(head):
                self.assertLessEqual(set(self.raw(head, body)), {400})

    def test_a_request_hidden_behind_another(self):
        """Who follows on a connection is judged by himself: no session is inherited, whatever was said before."""
        body = json.dumps(self.wish(self.asked)).encode()
        hidden = (f"POST /api/approve HTTP/1.1\r\nHost: {self.first.host()}\r\nOrigin: https://{self.first.host()}\r\n"
                  f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        chunked = b"2\r\n{}\r\n0\r\n\r\n"
        self.assertEqual([400, 401], self.raw(["Transfer-Encoding: chunked"], chunked + hidden), "an empty wish, then nobody")
        self.assertEqual([400, 401], self.raw(["Content-Length: 2"], b"{}" + hidden))

    def test_too_much(self):
        self.assertEqual([431], self.raw(["Content-Length: 0", "X-Filler: " + "x" * 64 * 1024]))
        self.assertEqual([413], self.raw([f"Content-Length: {1 << 20}"], b" " * 4096))
        # No more than the server still reads after its answer: over it, whoever goes on sending is cut off.
        self.assertEqual([413], self.raw(["Transfer-Encoding: chunked"], b"8000\r\n" + b" " * (1 << 15) + b"\r\n0\r\n\r\n"))
        for body in ({"reason": "x" * 4096}, {"id": "x" * 2048}, {"more": "x"}, {"approves": "perhaps"}):
            with self.subTest(body):
                self.refused(400, None, body=self.wish(self.asked, **body))

    def test_after_signing_out(self):
        gone = Browser(self.box).sign_in("a.durand")
        before = gone.headers()
        self.assertEqual(202, gone.ask("POST", "/api/sign-out", {}).status)
        self.refused(401, before, who=gone)
        self.assertEqual(401, gone.ask("GET", "/api/situation", headers=before).status)

    def test_a_session_that_nobody_used_for_half_an_hour(self):
        """What a stolen screen can do in the night: look."""
        idle = Browser(self.box).sign_in("a.durand")
        self.box.kill()
        path = self.box.folder / "var" / "people" / "sessions.json"
        kept = json.loads(path.read_text())
        for session in kept["sessions"]:
            session["used"] -= IDLE
        path.write_text(json.dumps(kept))
        self.box.start()
        answer = idle.ask("POST", "/api/approve", self.wish(self.asked))
        self.assertEqual((403, "idle"), (answer.status, answer.json.get("word")))
        self.assertEqual(200, idle.ask("GET", "/api/situation").status)
        # The others come back by their passphrases.
        type(self).first = Browser(self.box).sign_in("a.durand")
        type(self).second = Browser(self.box).sign_in("b.martin")
        type(self).observer = Browser(self.box).sign_in("o.petit")
        until("the question waits on", self.question)


class Replayed(Case):
    def rejects(self, why, who, asked, **changes):
        """rejects: an approval is not taken, who gave it is told why, and so is the logbook."""
        answer = who.ask("POST", "/api/approve", self.wish(asked, **changes))
        self.assertEqual((409, why), (answer.status, answer.json["why"]["en"]))
        last = [e for e in self.entries() if e["kind"] == "approval"][-1]
        self.assertEqual(("rejected", why), (last["step"], last["detail"]))

    def test_one_night(self):
        """One night in order: each step is said again where that could gain something."""
        asked = self.question()
        self.approve(self.first, asked)
        self.one_person_is_one(asked)
        self.only_what_was_asked(asked)
        self.approve(self.second, asked)
        self.granted_once(asked)
        self.a_cut_taken_back_stays_so(asked)
        self.another_night(asked)
        self.declined_is_declined()
        self.a_plan_that_changed()
        self.orders_again()

    def one_person_is_one(self, asked):
        again = Browser(self.box).sign_in("a.durand")
        for who in (self.first, again):
            self.rejects("the same person approves once only", who, asked)
        answer = self.observer.ask("POST", "/api/approve", self.wish(asked))
        self.assertEqual((403, "not_allowed"), (answer.status, answer.json["word"]))
        self.box.restart()  # kill -9: what was approved stands in the logbook, and who approved it
        self.rejects("the same person approves once only", self.first, asked)
        self.assertEqual([], self.cuts())

    def only_what_was_asked(self, asked):
        self.rejects("what was approved is not what waits: it changed meanwhile", self.second, asked, digest="0" * 64)
        self.rejects("nothing under this number waits for approval", self.second, asked, id="ask-999999")
        self.assertEqual([], self.cuts())
        self.assertEqual(["a.durand"], self.question()["given"])

    def granted_once(self, asked):
        until("the cut", self.cuts)
        for _ in range(2):
            for who in (self.first, self.second):
                self.rejects("this is settled already", who, asked)
            self.box.restart()
        self.assertEqual(1, len(self.cuts()))
        self.assertEqual("a.durand, b.martin", self.cuts()[0]["by"])

    def state_of(self, cut):
        return next(c["state"] for c in self.first.situation()["cuts"] if c["id"] == cut)

    def roll_back(self, cut, status=202):
        answer = self.first.ask("POST", "/api/rollback", {"cut": cut, "reason": "essai"})
        self.assertEqual(status, answer.status, answer)

    def a_cut_taken_back_stays_so(self, asked):
        cut = self.cuts()[0]["id"]
        self.roll_back(cut)
        until("lifted", lambda: self.state_of(cut) == "lifted")
        before = self.entries()
        self.rejects("this is settled already", self.second, asked)
        self.roll_back(cut, 409)
        self.assertEqual(len(before) + 1, len(self.entries()), "the rejection, and nothing else")
        self.assertEqual("lifted", self.state_of(cut))

    def another_question(self, old, host="ws1-urgences"):
        asked = self.question(host)
        return asked if asked and asked["id"] != old["id"] else None

    def another_night(self, old):
        """The same host, the same action, so the same digest: the old approval is not for the new question."""
        first_cut = self.cuts()[0]["id"]
        self.box.attack(11)
        asked = until("the question is asked anew", lambda: self.another_question(old))
        self.assertEqual(old["digest"], asked["digest"])
        for who in (self.first, self.second):
            self.rejects("this is settled already", who, old)
        self.assertEqual([], self.question()["given"])
        for who in (self.first, self.second):
            self.approve(who, asked)
        second_cut = until("the second cut", lambda: len(self.cuts()) == 2 and self.cuts()[1]["id"])
        self.roll_back(first_cut, 409)  # replayed: it is not for this cut
        self.entries()
        self.assertNotIn(self.state_of(second_cut), ("lifting", "lifted"))

    def declined_is_declined(self):
        self.box.attack(13)
        asked = until("a question about ws3", lambda: self.question("ws3-maternite"))
        self.approve(self.first, asked)
        self.approve(self.second, asked, approves="no")
        for who in (self.first, self.second):
            self.rejects("this is settled already", who, asked)
        self.assertEqual(2, len(self.cuts()))

    def a_plan_that_changed(self):
        """An address more under the host's MAC: another cut than the one that a person has before her."""
        self.box.attack(12)
        old = until("a question about ws2", lambda: self.question("ws2-qualite"))
        self.box.attack(12, "10.77.0.112")
        new = until("the question is another", lambda: self.another_question(old, "ws2-qualite"))
        self.assertNotEqual(old["digest"], new["digest"])
        self.rejects("this is settled already", self.first, old)
        self.rejects("what was approved is not what waits: it changed meanwhile", self.first, new, digest=old["digest"])
        self.assertEqual([], self.question("ws2-qualite")["given"])
        self.assertEqual(2, len(self.cuts()))

    def ordered(self):
        """ordered is what people ordered; the plan follows in its own time."""
        return [e for e in self.entries() if e["kind"] in ("line_decided", "freeze", "mode_chosen")]

    def orders_again(self):
        """An order said again is the same order; said by a session that has ended it is none."""
        gone = Browser(self.box).sign_in("a.durand")
        headers = gone.headers()
        orders = {"/api/line": {"key": "block_out ws2-qualite", "wish": "forbid", "reason": "essai"},
                  "/api/freeze": {"frozen": "yes", "reason": "essai"}, "/api/mode": {"mode": "watch", "reason": "essai"}}
        for path, body in orders.items():
            self.assertEqual(202, gone.ask("POST", path, body).status)
        self.entries()
        self.assertEqual(202, gone.ask("POST", "/api/sign-out", {}).status)
        self.assertEqual(202, self.first.ask("POST", "/api/freeze", {"frozen": "no", "reason": "essai"}).status)
        before = self.ordered()
        for path, body in orders.items():
            self.assertEqual(401, gone.ask("POST", path, body, headers).status)
        self.assertEqual(before, self.ordered())
        self.assertFalse(self.first.situation()["plan"]["frozen"])
        self.assertEqual(2, len(self.cuts()))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    served.environment()
    PROGRAM = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
