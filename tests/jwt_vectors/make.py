"""Writes vectors.json: tokens, keys and what a verifier has to say of them, made and checked by other implementations.

    python3 -m venv /tmp/jwt && /tmp/jwt/bin/pip install pyjwt==2.15.1 jwcrypto==1.6.1 cryptography==50.0.2
    /tmp/jwt/bin/python tests/jwt_vectors/make.py

PyJWT signs; jwcrypto says of every token whether its signature is good, and has to agree. Keys are new each time, and
nothing else: src/authorizers/jwt/tests/vectors.rs reads the file.
"""

import base64
import hmac
import json
import pathlib

import jwt.algorithms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from jwcrypto import jwk, jws

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://issuer.example", "app"
RS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
ALGORITHMS = [*RS, "ES256", "ES384", "ES512", "EdDSA"]
SIGNERS = jwt.algorithms.get_default_algorithms()
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "iat": NOW - 60, "exp": NOW + 60}
# Of a token with one of these errors the signature is good.
OF_CLAIMS = {
    None, "Malformed claims", "Issuer", "Audience", "NoExpiry", "Expired", "NotYetValid", "IssuedInFuture",
    "NotAnIdToken", "NotAnAccessToken", 'RequiredClaim("tenant")',
}

vectors, key_sets = [], {}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def text_of(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def new_key(algorithm):
    if algorithm in RS:
        return rsa.generate_private_key(65537, 2048)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}[algorithm]())


def public(key, **members):
    exported = jwk.JWK.from_pyca(key.public_key()).export_public(as_dict=True)
    return {name: value for name, value in exported.items() if name != "kid"} | members


def pem(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def sign(key, header, claims, algorithm=None):
    """A token; `algorithm` is what it is signed with, the header's if that is not said."""
    signed = f"{b64(text_of(header))}.{b64(text_of(claims))}"
    signature = SIGNERS[algorithm or header["alg"]].sign(signed.encode(), key)
    return f"{signed}.{b64(signature)}"


def jwcrypto_accepts(token, keys, algorithms):
    read = jws.JWS()
    read.allowed_algs = algorithms
    try:
        read.deserialize(token)
        kid, algorithm = read.jose_header.get("kid"), read.jose_header["alg"]
    except Exception:
        return False
    return any(
        verifies(read, key)
        for key in keys
        if kid in (None, key.get("kid")) and key.get("alg", algorithm) == algorithm
    )


def verifies(read, key):
    try:
        read.verify(jwk.JWK(**key))
    except Exception:
        return False
    return True


def vector(name, keys, token, error=None, stricter=False, **rules):
    """`stricter`: we refuse on purpose what jwcrypto takes."""
    accepted = jwcrypto_accepts(token, key_sets[keys]["keys"], rules.get("algorithms", ALGORITHMS))
    expected = error in OF_CLAIMS
    assert accepted == (expected or stricter), f"{name}: jwcrypto says {accepted}"
    row = {"name": name, "keys": keys, "token": token, "error": error and error.split(" ")[0], "rules": rules}
    vectors.append({member: value for member, value in row.items() if value})


def of_every_algorithm(algorithm):
    mine, others = new_key(algorithm), new_key(algorithm)
    other_type = new_key("EdDSA" if algorithm != "EdDSA" else "ES256")
    named, bare = f"{algorithm} with kid", f"{algorithm} without"
    key_sets[named] = {"keys": [public(mine, kid="k1", alg=algorithm, use="sig"), public(other_type, kid="k2")]}
    key_sets[bare] = {"keys": [public(others), public(mine), public(other_type)]}
    header = {"alg": algorithm, "kid": "k1"}
    good = sign(mine, header, CLAIMS)
    head, body, signature = good.split(".")

    def add(name, token, error=None, keys=named, **more):
        vector(f"{algorithm}: {name}", keys, token, error, **more)

    def claims(name, error=None, changes=None, without=(), **rules):
        changed = {key: value for key, value in CLAIMS.items() if key not in without} | (changes or {})
        add(name, sign(mine, header, changed), error, **rules)

    add("good", good)
    add("good, without kid", sign(mine, {"alg": algorithm}, CLAIMS), keys=bare)
    add("good, algorithm listed", good, algorithms=[algorithm])
    add("algorithm not listed", good, "Algorithm", algorithms=[one for one in ALGORITHMS if one != algorithm])
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[len(raw) // 2] ^= 1
    add("wrong signature", f"{head}.{body}.{b64(bytes(raw))}", "Signature")
    admin = b64(text_of(CLAIMS | {"sub": "admin"}))
    add("signature of other claims", f"{head}.{admin}.{signature}", "Signature")
    add("wrong key", sign(others, header, CLAIMS), "Signature")
    add("signature cut", f"{head}.{body}.{b64(bytes(raw[:-3]))}", "Signature")
    add("signature empty", f"{head}.{body}.", "Signature")
    add("signature of zeros", f"{head}.{body}.{b64(bytes(len(raw)))}", "Signature")
    add("two parts", f"{head}.{body}", "Segments")
    add("four parts", f"{good}.{signature}", "Segments")
    for swapped in {"RS256": ["RS512", "PS256"], "PS256": ["RS256"], "ES256": ["ES384"], "ES384": ["ES256"]}.get(algorithm, ["RS256"]):
        if swapped == algorithm:
            continue
        token = sign(mine, header | {"alg": swapped}, CLAIMS, algorithm)
        add(f"called {swapped}, pinned", token, "Algorithm")
        same_type = (swapped in RS) == (algorithm in RS) and algorithm in RS
        token = sign(mine, {"alg": swapped}, CLAIMS, algorithm)
        add(f"called {swapped}", token, "Signature" if same_type else "Algorithm", keys=bare)
    for none in ["none", "None", ""]:
        unsigned = f"{b64(text_of({'alg': none, 'kid': 'k1'}))}.{body}."
        add(f"alg {none!r}", unsigned, "Algorithm")
    for secret in [pem(mine), text_of(key_sets[named]["keys"][0])]:
        signed = f"{b64(text_of({'alg': 'HS256', 'kid': 'k1'}))}.{body}"
        code = hmac.digest(secret, signed.encode(), "sha256")
        add("HS256 with the public key", f"{signed}.{b64(code)}", "Algorithm")
    add("unknown kid", sign(mine, header | {"kid": "k9"}, CLAIMS), "UnknownKey")
    add("kid of a key of another type", sign(mine, header | {"kid": "k2"}, CLAIMS), "Algorithm")
    add("brings its own key", sign(others, header | {"jwk": public(others)}, CLAIMS), "Signature")
    add("crit", sign(mine, header | {"crit": ["exp"], "exp": NOW}, CLAIMS), "Critical")

    claims("wrong issuer", "Issuer", {"iss": "https://other.example"})
    claims("issuer with a slash more", "Issuer", {"iss": ISSUER + "/"})
    claims("wrong audience", "Audience", {"aud": "other"})
    claims("several audiences", None, {"aud": ["other", AUDIENCE]})
    claims("client_id", None, {"client_id": AUDIENCE}, without=["aud"])
    claims("client_id beside another audience", "Audience", {"aud": "other", "client_id": AUDIENCE})
    claims("expired", "Expired", {"exp": NOW - 1})
    claims("expires now", "Expired", {"exp": NOW})
    claims("expired within the leeway", None, {"exp": NOW - 29}, leewaySeconds=30)
    claims("no expiry", "NoExpiry", without=["exp"])
    claims("not yet valid", "NotYetValid", {"nbf": NOW + 1})
    claims("issued in the future", "IssuedInFuture", {"iat": NOW + 1})
    claims("begins within the leeway", None, {"nbf": NOW + 30, "iat": NOW + 30}, leewaySeconds=30)
    claims("required claim", None, {"tenant": "a"}, requiredClaims={"tenant": "a"})
    claims("required claim says something else", 'RequiredClaim("tenant")', {"tenant": "b"}, requiredClaims={"tenant": "a"})


def of_spellings():
    """What a token may look like, and what it may say; each once."""
    key = new_key("EdDSA")
    key_sets["spellings"] = {"keys": [public(key)]}
    header = {"alg": "EdDSA"}
    good = sign(key, header, CLAIMS)
    head, body, signature = good.split(".")

    def add(name, token, error=None, **more):
        vector(name, "spellings", token, error, **more)

    def payload(name, text, error=None, **more):
        add(name, sign(key, header, text, "EdDSA"), error, **more)

    def heading(name, text, error=None, **more):
        add(name, sign(key, text, CLAIMS, "EdDSA"), error, **more)

    add("empty", "", "Segments")
    add("two full stops", "..", "Malformed")
    add("padded", sign(key, header, CLAIMS) + "=", "Malformed", stricter=True)
    add("padded twice", sign(key, header, CLAIMS) + "==", "Malformed", stricter=True)
    add("a bit more than the signature", good[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[good[-1]], "Malformed", stricter=True)
    add("a newline behind", good + "\n", "Malformed")
    add("a space before", " " + good, "Malformed")
    add("five parts", f"{head}.{body}.{signature}.{body}.{signature}", "Segments")
    add("header not ASCII", f"{head}é.{body}.{signature}", "Malformed")
    add("payload not ASCII", f"{head}.{body}é.{signature}", "Signature")
    heading("header a list", b'["EdDSA"]', "Malformed")
    heading("header no JSON", b"{alg:EdDSA}", "Malformed")
    heading("header without alg", {"typ": "JWT"}, "Malformed")
    heading("alg a list", {"alg": ["EdDSA"]}, "Malformed")
    heading("alg in another case", {"alg": "eddsa"}, "Algorithm")
    heading("alg twice", b'{"alg":"EdDSA","alg":"EdDSA"}', "Malformed", stricter=True)
    heading("kid a number", {"alg": "EdDSA", "kid": 1}, "Malformed")
    heading("crit empty", {"alg": "EdDSA", "crit": []}, "Critical", stricter=True)
    heading("crit null", b'{"alg":"EdDSA","crit":null}', "Critical")
    heading("unknown members", {"alg": "EdDSA", "typ": "at+jwt", "x": {"y": [1]}, "cty": "a"})
    heading("addresses of keys", {"alg": "EdDSA", "jku": "https://a.example", "x5u": "https://a.example"})
    heading("header not UTF-8", b'{"alg":"EdDSA","x":"\xff"}', "Malformed")
    payload("claims a list", b"[1]", "Malformed claims")
    payload("claims no JSON", b"{", "Malformed claims")
    payload("claims empty", b"", "Malformed claims")
    payload("claims not UTF-8", b'{"iss":"\xff"}', "Malformed claims")

    def with_text(text):
        return text_of(CLAIMS)[:-1] + b"," + text + b"}"

    payload("sub twice", with_text(b'"sub":"u1"'), "Malformed claims")
    payload("a name twice, deep inside", with_text(b'"a":[{"b":1,"\\u0062":1}]'), "Malformed claims")
    payload("as deep as it gets", with_text(b'"a":' + b"[" * 100 + b"]" * 100))
    payload("too deep", with_text(b'"a":' + b"[" * 4000 + b"]" * 4000), "Malformed claims")
    payload("too long", with_text(b'"a":"' + b"a" * 13000 + b'"'), "TooLong", stricter=True)

    def claim(name, error=None, **changes):
        payload(name, CLAIMS | changes, error)

    def expiry(text, error=None):
        payload(f"exp {text}", text_of(CLAIMS).replace(str(NOW + 60).encode(), text.encode()), error)

    for text in ["1e10", "1.8e9", f"{NOW}.5", f"{NOW + 60}.0000001", "9" * 400 + "e-380", "1e308"]:
        expiry(text, "Expired" if text == "1.8e9" else None)
    for text in ["0", "-1", "-1e308", f"{NOW - 1}.999", "1e-400"]:
        expiry(text, "Expired")
    for text in ["1e309", "-1e999999999999", f'"{NOW + 60}"', "null", "true", "[]", "{}"]:
        expiry(text, "NoExpiry")
    for text in ["NaN", "Infinity", "-Infinity", "+1", "01"]:
        expiry(text, "Malformed claims")
    claim("nbf now", nbf=NOW)
    claim("iat now", iat=NOW)
    claim("nbf a moment ahead", "NotYetValid", nbf=NOW + 0.5)
    claim("nbf a text", "Malformed claims", nbf="0")
    claim("iat null", "Malformed claims", iat=None)
    claim("iss a list", "Issuer", iss=[ISSUER])
    claim("iss null", "Issuer", iss=None)
    claim("aud null beside client_id", "Audience", aud=None, client_id=AUDIENCE)
    claim("aud empty beside client_id", "Audience", aud=[], client_id=AUDIENCE)
    claim("aud an object", "Audience", aud={"app": AUDIENCE})
    claim("aud a list in a list", "Audience", aud=[[AUDIENCE]])
    claim("aud in another case", "Audience", aud=AUDIENCE.upper())
    claim("sub a number", "Malformed claims", sub=1)
    add("no sub", sign(key, header, {name: value for name, value in CLAIMS.items() if name != "sub"}))

    def required(name, value, error='RequiredClaim("tenant")'):
        payload(f"required claim {name}", CLAIMS | {"tenant": value}, error, requiredClaims={"tenant": "1"})

    required("a text", "1", None)
    required("a number", 1, None)
    required("in a list", ["0", 1], None)
    required("null", None)
    required("an object", {"1": "1"})
    required("in a list in a list", [["1"]])
    add("required claim absent", good, 'RequiredClaim("tenant")', requiredClaims={"tenant": "1"})
    add("no audience asked for", good, "Audience", audience=[])
    for token_use in ["id", "access", "other"]:
        for kind, name in [("CognitoId", "id"), ("CognitoAccess", "access")]:
            error = None if token_use == name else {"id": "NotAnIdToken", "access": "NotAnAccessToken"}[name]
            changed = CLAIMS | {"token_use": token_use}
            payload(f"Cognito: {token_use} for {name}", changed, error, kind=kind, audience=[])
    payload("Cognito: no token_use", CLAIMS, "NotAnIdToken", kind="CognitoId", audience=[])
    payload("Cognito: another pool", CLAIMS | {"iss": "https://b.example", "token_use": "id"}, "Issuer", kind="CognitoId", audience=[])


def of_key_sets():
    """Which keys of a set are tried, and what signatures look like."""
    p256, other, ring_rsa = new_key("ES256"), new_key("ES256"), new_key("RS256")
    header, good = {"alg": "ES256", "kid": "k1"}, sign(p256, {"alg": "ES256", "kid": "k1"}, CLAIMS)
    mine, foreign = public(p256, kid="k1"), public(other, kid="k1")

    def add(name, keys, token, error=None, **more):
        key_sets[name] = {"keys": keys}
        vector(name, name, token, error, **more)

    add("kid twice, first the other", [foreign, mine], good)
    add("kid twice, first the right one", [mine, foreign], good)
    add("kid in another case", [mine | {"kid": "K1"}], good, "UnknownKey")
    add("a key without kid for a token with one", [public(p256)], good, "UnknownKey")
    add("a key with kid for a token without one", [mine], sign(p256, {"alg": "ES256"}, CLAIMS))
    add("a key for encryption", [mine | {"use": "enc"}, foreign], good, "Signature")
    add("a key that may not verify", [mine | {"key_ops": ["encrypt"]}, foreign], good, "Signature")
    add("a key that may verify", [mine | {"key_ops": ["sign", "verify"], "use": "sig"}], good)
    add("a key for another algorithm", [mine | {"alg": "ES384"}, foreign], good, "Signature")
    k256 = ec.generate_private_key(ec.SECP256K1())
    add("unusable keys beside a good one", [{"kty": "oct", "k": "AA", "kid": "k1"}, public(k256, kid="k1"), mine], good)
    add("ES256K", [public(p256)], sign(k256, {"alg": "ES256K"}, CLAIMS), "Algorithm")

    head, body, signature = good.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def of_numbers(r, s):
        return f"{head}.{body}.{b64(r.to_bytes(32) + s.to_bytes(32))}"

    add("ES256: the other s", [mine], of_numbers(r, order - s))
    add("ES256: r is 0", [mine], of_numbers(0, s), "Signature")
    add("ES256: s is the order", [mine], of_numbers(r, order), "Signature")
    add("ES256: all ones", [mine], of_numbers(2**256 - 1, 2**256 - 1), "Signature")
    add("ES256: as ASN.1", [mine], f"{head}.{body}.{b64(utils.encode_dss_signature(r, s))}", "Signature")
    add("ES256: a point off the curve", [mine | {"y": mine["x"]}], good, "Signature")

    p521 = new_key("ES512")
    head, body, signature = sign(p521, {"alg": "ES512", "kid": "k1"}, CLAIMS).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = int.from_bytes(raw[:66]), int.from_bytes(raw[66:])
    order = 2**521 - 2**260 + 0xA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409
    mine = public(p521, kid="k1")

    def of_long_numbers(r, s):
        return f"{head}.{body}.{b64(r.to_bytes(66) + s.to_bytes(66))}"

    good = of_long_numbers(r, s)
    add("ES512: the other s", [mine], of_long_numbers(r, order - s))
    add("ES512: r is 0", [mine], of_long_numbers(0, s), "Signature")
    add("ES512: s is 0", [mine], of_long_numbers(r, 0), "Signature")
    add("ES512: s is the order", [mine], of_long_numbers(r, order), "Signature")
    add("ES512: all ones", [mine], of_long_numbers(2**528 - 1, 2**528 - 1), "Signature")
    add("ES512: as ASN.1", [mine], f"{head}.{body}.{b64(utils.encode_dss_signature(r, s))}", "Signature")
    add("ES512: numbers without their zeros", [mine], f"{head}.{body}.{b64(raw[1:66] + raw[67:])}", "Signature")
    add("ES512: a point off the curve", [mine | {"y": mine["x"]}], good, "Signature")
    add("ES512: a key of P-384", [public(new_key("ES384"), kid="k1")], good, "Algorithm")

    signed = f"{b64(text_of({'alg': 'PS256'}))}.{b64(text_of(CLAIMS))}"
    for name, length in [("no salt", 0), ("a longer salt", 64)]:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), length)
        made = ring_rsa.sign(signed.encode(), pss, hashes.SHA256())
        add(f"PS256: {name}", [public(ring_rsa)], f"{signed}.{b64(made)}", "Signature")
    exponent_3 = rsa.generate_private_key(3, 2048)
    add("RS256: exponent 3", [public(exponent_3)], sign(exponent_3, {"alg": "RS256"}, CLAIMS))
    long = rsa.generate_private_key(65537, 3072)
    add("PS384: 3,072 bits", [public(long)], sign(long, {"alg": "PS384"}, CLAIMS))
    short = rsa.generate_private_key(65537, 1024)
    add("RS256: 1,024 bits", [public(short), public(ring_rsa)], sign(short, {"alg": "RS256"}, CLAIMS), "Signature", stricter=True)
    zeros = public(ring_rsa)
    zeros["n"] = b64(b"\0" + base64.urlsafe_b64decode(zeros["n"] + "=="))
    add("RS256: a zero before the modulus", [zeros], sign(ring_rsa, {"alg": "RS256"}, CLAIMS))


for algorithm in ALGORITHMS:
    of_every_algorithm(algorithm)
of_spellings()
of_key_sets()
rules = {"issuer": ISSUER, "audience": [AUDIENCE]}


def lines(values):
    return ",\n".join(values)


def line(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


sets = lines(f"{line(name)}:{line(value)}" for name, value in key_sets.items())
text = f'{{"now":{NOW},"rules":{line(rules)},"keySets":{{\n{sets}\n}},"vectors":[\n{lines(map(line, vectors))}\n]}}\n'
pathlib.Path(__file__).with_name("vectors.json").write_text(text)
print(len(vectors), "vectors,", len(key_sets), "key sets,", len(text), "bytes")
