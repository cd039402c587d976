// Passkeys: the only pages of sign-in that need JavaScript, because the browser offers no other way.

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

const text = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const listed = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: listed(publicKey.excludeCredentials),
      // A passkey of ours can always sign in alone, so it is kept on the device and verified there.
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      attestationObject: text(made.response.attestationObject),
      clientDataJSON: text(made.response.clientDataJSON),
    },
  };
}

async function get({ publicKey }) {
  const used = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: listed(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = used.response;
  return {
    id: used.id,
    rawId: text(used.rawId),
    type: used.type,
    clientExtensionResults: used.getClientExtensionResults(),
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const said = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.hidden = true;
      try {
        const ask = form.dataset.passkey === "create" ? create : get;
        form.elements.credential.value = JSON.stringify(await ask(await optionsOf(form)));
        form.submit();
      } catch {
        said.hidden = false;
      }
    });
  }
}
