# SPDX-License-Identifier: Apache-2.0
"""Person is somebody at a screen of their own: what the page would ask in their name, and the session it asks with."""
import http.client
import json

PASSPHRASE = "quatre chevaux blancs"


class Person:
    def __init__(self, port, name, code):
        """code() gives the code with which this person comes in for the first time."""
        self.port, self.name, self.code = port, name, code
        self.entered, self.cookie, self.page_token = False, "", ""

    def request(self, method, path, body=None):
        """request gives (status, JSON or text) of the page's server; asks as the page itself does, and signs in again
        when a killed control has forgotten the session."""
        status, answer = self.exchange(method, path, body)
        if status == 401 and self.entered:
            self.sign_in()
            status, answer = self.exchange(method, path, body)
        return status, answer

    def exchange(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"} if body else {}
            if self.cookie:
                headers["Cookie"] = self.cookie
            if body and self.page_token:
                headers["X-Cordon-Token"] = self.page_token
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return answer.status, json.loads(text) if text.startswith("{") else text

    def come_in(self):
        """come_in makes sure that this person has signed in."""
        if not self.entered:
            self.sign_in()

    def sign_in(self):
        """sign_in chooses a passphrase with the code, or signs in again."""
        person = {"name": self.name, "passphrase": PASSPHRASE}
        if self.entered:
            status, answer = self.exchange("POST", "/api/sign-in", person)
        else:
            status, answer = self.exchange("POST", "/api/enter", {"code": self.code(), **person})
        if status != 200:
            raise AssertionError(f"signing in answers {status}: {answer}")
        self.entered = True
        self.page_token = self.exchange("GET", "/api/me")[1]["token"]
