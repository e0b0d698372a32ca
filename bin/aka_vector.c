/* aka_vector: the network side: subscribers in, vectors out (TS 33.102 6.3). */
#include <string.h>

#include "aka_tool.h"
#include "crypt.h"
#include "err.h"

static const char help[] =
"usage: ims-aka vector [options] [file ...]\n"
"\n"
"Vectors for the subscribers of -k, or of the files or standard input\n"
"(records; other lines pass), or for the one that is typed.\n"
"\n"
"  -k FILE --impi NAME     subscribers; only this one of them\n"
"  --k --op | --opc HEX    the one typed; --algorithm milenage, tuak or xor,\n"
"                          --c1 .. --c5 HEX, --r1 .. --r5 BITS, --iterations,\n"
"                          --mac-len --res-len --ck-len --ik-len OCTETS\n"
"  -n N                    vectors for each subscriber, 1 by default\n"
"  --rand HEX              instead of a random one\n"
"  --sqn HEX               of the first vector; default: the one after the\n"
"                          subscriber's sqn (which was used last), or after 0\n"
"  --ind-len BITS --ind N  IND: its length, 5 by default; its value, by\n"
"                          default that of the sqn before\n"
"  --amf HEX               default: the subscriber's, or 0000\n"
"  --server-data HEX       goes behind AUTN into the nonce\n"
"  --advance               first write the last SQN used into the -k file\n"
"  -s SEED                 repeatable RAND, for tests\n"
"  -x                      ak, k and opc into the records\n"
"\n"
"Keys typed are seen by ps.  Common options: ims-aka --help.\n";

static struct buf out;
static bool any;

static void
constant(const struct sub *s, struct rec_vector *v)
{
	memset(v, 0, sizeof(*v));
	v->impi = slice_str(s->impi);
	v->server_data = opt_hex(HEX_SERVER_DATA);
	v->has_keys = v->has_sqn = v->has_amf = true;
	v->ck_len = s->key.ck_len;
	v->ik_len = s->key.ik_len;
	if (s->has_amf)
		memcpy(v->amf, s->amf, AKA_AMF);
	if (opt.secrets)
		v->key = &s->key;
}

/* One vector with SQN; the rest of V is there. */
static void
make(struct sub *s, uint64_t sqn, struct rec_vector *v)
{
	struct aka_result r;
	int n;

	if (opt.hex[HEX_RAND].there)
		memcpy(v->rand, opt.hex[HEX_RAND].p, AKA_RAND);
	else
		tool_random(v->rand, AKA_RAND);
	aka_sqn_put(v->sqn, sqn);
	if ((n = aka_vector(s->aka, v->rand, v->sqn, v->amf, &r, v->autn)) < 0)
		tool_die(TOOL_SYSTEM, "%s", tool_reason(n));
	v->autn_len = (size_t)n;
	memcpy(v->xres, r.res, v->xres_len = r.res_len);
	memcpy(v->ck, r.ck, v->ck_len);
	memcpy(v->ik, r.ik, v->ik_len);
	v->ak = opt.secrets ? r.ak : NULL;
	rec_write_vector(&out, v);
	put_result(&out);
	v->ak = NULL;
	crypt_wipe(&r, sizeof(r));
}

static void
vectors(struct sub *s, const char *at)
{
	uint64_t n = opt.common.count > 0 ? opt.common.count : 1, sqn;
	char shown[SLICE_SHOW];
	struct rec_vector v;

	if (!s->has_key) {
		tool_warn("%s: %s: k: missing", at,
		    slice_show(slice_str(s->impi), shown));
		tool_bad();
		return;
	}
	constant(s, &v);
	any = true;
	for (uint64_t i = 0; i < n; i++) {
		if (i == 0 ? !sub_first_sqn(s, &sqn) : !sub_next_sqn(s, &sqn)) {
			tool_warn("%s: %s: sqn: %012llx is the last of its "
			    "range, or --ind has more than %u bits", at,
			    slice_show(slice_str(s->impi), shown),
			    (unsigned long long)(i == 0 ? s->sqn : sqn),
			    s->ind_len);
			tool_bad();
			break;
		}
		make(s, sqn, &v);
	}
	crypt_wipe(&v, sizeof(v));
}

static bool
handle(struct rec *r, const char *at)
{
	struct sub *s;

	if (r->type != REC_SUBSCRIBER) {
		put_now(&out);
		return false;
	}
	if (opt.text[TEXT_IMPI] != NULL &&
	    strcmp(r->subscriber.impi, opt.text[TEXT_IMPI]) != 0)
		return true;
	if (subs_seen(r->subscriber.impi)) {
		tool_warn("%s: impi: %s is there already", at,
		    r->subscriber.impi);
		tool_bad();
		return true;
	}
	if ((s = sub_new(&r->subscriber, at)) != NULL)
		vectors(s, at);
	sub_free(s);
	return true;
}

static void
usage(int files)
{
	if (opt.hex[HEX_RAND].there && opt.common.count > 1)
		tool_die(TOOL_USAGE, "--rand and -n: one vector has one RAND");
	if (opt.advance && (opt.n_keys == 0 || opt.hex[HEX_SQN].there))
		tool_die(TOOL_USAGE, "--advance: needs -k, without --sqn");
	if (opt.advance && files > 0)
		tool_die(TOOL_USAGE, "--advance: subscribers of -k only");
}

int
cmd_vector(int argc, char **argv)
{
	struct sub *s;
	opt.json = true;
	opt_parse(argc, argv, help);
	usage(argc - optind);
	tool_out_open(&opt.common);
	subs_load(NULL);
	for (s = subs_first(); s != NULL; s = s->next)
		if (sub_chosen(s))
			vectors(s, opt.n_keys > 0 ? tool_file() : "--k");
	if (argc > optind || (opt.n_keys == 0 && !opt.hex[HEX_K].there))
		read_records(argv + optind, argc - optind, handle);
	put_rest(&out);
	if (!any)
		tool_warn("no subscriber: --k, -k, or a record");
	return any ? TOOL_YES : TOOL_NO;
}
