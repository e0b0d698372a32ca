/* esp_seal: the sending half of ESP (RFC 4303 3.3). */
#include <string.h>

#include "crypt.h"
#include "err.h"
#include "esp_int.h"

static void
put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* What is never the same again: SPI and SEQ, in the N octets of an IV. */
static void
unique(const struct esp *e, uint32_t spi, uint64_t seq, uint8_t *iv)
{
	memset(iv, 0, e->iv);
	if (e->iv == 0)
		return;
	put_be32(iv + e->iv - 4, (uint32_t)seq);
	/* In 8 octets there is no room for an SPI and 64 bits. */
	if (e->esn)
		put_be32(iv + e->iv - 8, (uint32_t)(seq >> 32));
	if (!e->esn || e->iv > 8)
		put_be32(iv, spi);
}

/* Padding and trailer (RFC 4303 2.4) behind N octets at P, PAD of them. */
static void
put_trailer(uint8_t *p, size_t n, size_t pad, uint8_t next)
{
	for (size_t i = 0; i < pad; i++)
		p[n + i] = (uint8_t)(i + 1);
	p[n + pad] = (uint8_t)pad;
	p[n + pad + 1] = next;
}

/*
 * CBC.  Without OWN, the IV's place has what is unique: encrypting it as a
 * block in front of the text, after an IV of zeros, leaves there its
 * encryption, and this is the IV of the text.
 */
static int
seal_cbc(struct esp *e, bool own, uint8_t *iv, size_t text)
{
	static const uint8_t zero[ESP_IV_MAX];
	uint8_t *from = own ? iv + e->iv : iv;
	size_t n = own ? text : e->iv + text;

	return crypt_cipher(e->cipher, own ? iv : zero, slice_of(from, n),
	    from);
}

/* The packet P, whole but for encryption and ICV; TEXT octets are to hide. */
static int
seal(struct esp *e, bool own, uint64_t seq, uint8_t *p, size_t text)
{
	size_t covered = ESP_HEADER + e->iv + text;
	uint8_t *iv = p + ESP_HEADER, mac[CRYPT_HASH_MAX];
	int r;

	if (esp_is_gcm(e))
		return esp_gcm(e, slice_of(p, ESP_HEADER), seq,
		    slice_of(iv, e->iv), slice_of(iv + e->iv, text),
		    iv + e->iv, p + covered);
	if (e->cipher != NULL && (r = seal_cbc(e, own, iv, text)) < 0)
		return r;
	if (e->mac == NULL)
		return 0;
	if ((r = esp_mac(e, slice_of(p, covered), seq, mac)) < 0)
		return r;
	memcpy(p + covered, mac, e->icv);
	return 0;
}

int
esp_seal(struct esp *e, uint32_t spi, uint64_t seq, const uint8_t *iv,
    uint8_t next, struct slice data, struct buf *out)
{
	size_t start = out->n, align = e->block < 4 ? 4 : e->block;
	size_t pad = align - 1 - (data.n + 1) % align;
	size_t text = data.n + pad + 2;
	uint8_t *p, *to;
	int r;

	if (!e->seals)
		return ERR_CRYPT;
	if (spi < ESP_SPI_MIN || seq == 0 || (!e->esn && seq > UINT32_MAX))
		return ERR_RANGE;
	p = buf_room(out, ESP_HEADER + e->iv + text + e->icv);
	if (p == NULL)
		return ERR_MEM;
	put_be32(p, spi);
	put_be32(p + 4, (uint32_t)seq);
	if (iv != NULL)
		memcpy(p + ESP_HEADER, iv, e->iv);
	else
		unique(e, spi, seq, p + ESP_HEADER);
	to = p + ESP_HEADER + e->iv;
	if (data.n > 0)
		memcpy(to, data.p, data.n);
	put_trailer(to, data.n, pad, next);
	if ((r = seal(e, iv != NULL, seq, p, text)) < 0) {
		crypt_wipe(p, out->n - start);
		out->n = start;
	}
	return r;
}

int
esp_seal_again(struct esp *e, uint32_t seq_high, uint8_t *p, size_t n)
{
	size_t around = ESP_HEADER + e->iv + e->icv;

	if (!e->seals)
		return ERR_CRYPT;
	if (n < around + 2 || (n - around) % (e->block > 0 ? e->block : 1) !=
	    0)
		return ERR_RANGE;
	return seal(e, true, (uint64_t)seq_high << 32 | slice_be32(p + 4), p,
	    n - around);
}
