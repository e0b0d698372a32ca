/* test_cap: capture files, whole, cut, odd and damaged (cap). */
#include <errno.h>
#include <openssl/evp.h>

#include "cap.h"
#include "err.h"
#include "unit.h"

#define NS_PER_S	1000000000ULL

static const char *const files[] = {
	"plain.pcap", "plain_be.pcap", "plain_ns.pcap", "plain_ns_be.pcap",
	"plain_mod.pcap", "raw.pcap", "sll.pcap", "short.pcap",
	"short.pcapng", "mixed.pcapng", "odd_le.pcapng", "odd_be.pcapng",
	"sections.pcapng", "plain.snoop", "short.snoop",
};

#define N_FILES	(sizeof(files) / sizeof(files[0]))

static uint64_t rng = 88172645463325252ULL;

static uint32_t
rnd(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 32) % below);
}

static const char *
path_of(const char *name, char out[1024])
{
	const char *dir = getenv("IMS_DATA");

	snprintf(out, 1024, "%s/cap/%s", dir != NULL ? dir : "tests/data",
	    name);
	return out;
}

static uint8_t *
load(const char *name, size_t *n)
{
	char path[1024];
	FILE *f = fopen(path_of(name, path), "rb");
	uint8_t *p = malloc(1 << 17);

	if (f == NULL || p == NULL)
		unit_fatal("cannot read", path);
	*n = fread(p, 1, 1 << 17, f);
	fclose(f);
	return p;
}

static FILE *
memory(const void *p, size_t n)
{
	FILE *f = n > 0 ? fmemopen((void *)(uintptr_t)p, n, "rb") :
	    fopen("/dev/null", "rb");

	if (f == NULL)
		unit_fatal("fmemopen", "no memory");
	return f;
}

static struct cap *
open_file(FILE *f, const char *name)
{
	char error[CAP_ERROR_TEXT];
	struct cap *c;
	int e;

	if ((c = cap_open(f, &e, error)) == NULL)
		unit_fatal(name, error);
	return c;
}

static void
md5(struct slice s, char out[33])
{
	unsigned char d[16];
	unsigned int n = sizeof(d);

	if (EVP_Digest(s.p, s.n, d, &n, EVP_md5(), NULL) != 1)
		unit_fatal("EVP_Digest", "md5");
	for (size_t i = 0; i < sizeof(d); i++)
		snprintf(out + 2 * i, 3, "%02x", d[i]);
}

/* LINE as make.py writes it. */
static bool
frame_is(const struct cap_frame *f, const char *line)
{
	char time[64], iface[16], sum[64], got_time[64] = "-", got_sum[33];
	unsigned long long number;
	unsigned wire, len;

	if (sscanf(line, "%llu %63s %u %u %15s %63s", &number, time, &wire,
	    &len, iface, sum) != 6)
		unit_fatal("bad line", line);
	if (f->time_ns != 0)
		snprintf(got_time, sizeof(got_time), "%llu.%09llu",
		    (unsigned long long)(f->time_ns / NS_PER_S),
		    (unsigned long long)(f->time_ns % NS_PER_S));
	md5(f->data, got_sum);
	return f->number == number && strcmp(time, got_time) == 0 &&
	    f->wire_len == wire && f->data.n == len &&
	    (strcmp(iface, "-") == 0 ? f->interface == 0 :
	    f->interface == (unsigned)atoi(iface)) &&
	    strcmp(sum, got_sum) == 0;
}

/* The frames of F as the lines of WANT have them. */
static void
check_frames(const char *name, FILE *f, FILE *want)
{
	struct cap *c = open_file(f, name);
	struct cap_frame frame;
	char line[256];
	int n = 0, e;

	while ((e = cap_next(c, &frame)) == 1) {
		if (!CHECK_EACH(fgets(line, sizeof(line), want) != NULL,
		    "%s: too many frames", name))
			break;
		CHECK_EACH(frame_is(&frame, line), "%s: frame %llu is %s",
		    name, (unsigned long long)frame.number, line);
		n++;
	}
	CHECK_EACH(e == 0, "%s: %s", name, cap_error(c));
	CHECK(n > 0 && fgets(line, sizeof(line), want) == NULL,
	    "%s: all %d frames as tshark has them", name, n);
	cap_close(c);
}

static void
test_files(void)
{
	char path[1024];
	FILE *f, *want;

	for (size_t i = 0; i < N_FILES; i++) {
		f = fopen(path_of(files[i], path), "rb");
		strcat(path, ".txt");
		want = fopen(path, "r");
		if (f == NULL || want == NULL)
			unit_fatal("cannot read", path);
		check_frames(files[i], f, want);
		fclose(want);
		fclose(f);
	}
}

/* The captures that stay outside, if they and tshark are there. */
static void
test_shared(void)
{
	static const char *const name[] = {
		"shapes/v_frag.pcap", "shapes/v_plain.pcapng",
		"open5gs/ipsec_reg.pcapng", "open5gs/volte.pcapng",
		"arkime/gtp-iphone.pcap", "lab/ims/call_gm.pcap",
	};
	const char *dir = getenv("IMS_SHARED");
	char path[1024], command[2048];
	FILE *f, *want;

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		snprintf(path, sizeof(path), "%s/captures/%s",
		    dir != NULL ? dir : "../shared", name[i]);
		if ((f = fopen(path, "rb")) == NULL ||
		    system("tshark -v >/dev/null 2>&1") != 0) {
			printf("ok %d # skip %s or tshark is not here\n",
			    ++unit_count, path);
			if (f != NULL)
				fclose(f);
			continue;
		}
		snprintf(command, sizeof(command), "tshark -r '%s' "
		    "-o frame.generate_md5_hash:TRUE -T fields "
		    "-E separator=/s -e frame.number -e frame.time_epoch "
		    "-e frame.len -e frame.cap_len -e frame.interface_id "
		    "-e frame.md5_hash 2>/dev/null | "
		    "sed 's/  / - /'", path);
		if ((want = popen(command, "r")) == NULL)
			unit_fatal("popen", command);
		check_frames(name[i], f, want);
		pclose(want);
		fclose(f);
	}
}

static uint32_t
le32(const uint8_t *p, bool big)
{
	return big ? slice_be32(p) : (uint32_t)p[3] << 24 |
	    (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* For a file cut to I octets: does a record end there, how many frames. */
static void
boundaries(const uint8_t *p, size_t n, enum cap_form form, uint8_t *mark,
    int *frames)
{
	bool big = p[0] == 0xa1, ng = form == CAP_PCAPNG;
	bool snoop = form == CAP_SNOOP;
	size_t at = ng ? 0 : snoop ? 16 : 24, len;
	size_t head = p[0] == 0x34 ? 24 : 16;	/* Kuznetzov's is longer */
	uint32_t type;
	int count = 0;

	memset(mark, 0, n + 1);
	mark[at] = 1;
	for (size_t next; at < n; at = next) {
		if (ng && slice_be32(p + at) == 0x0a0d0d0a)
			big = p[at + 8] == 0x1a;
		len = ng ? le32(p + at + 4, big) :
		    snoop ? slice_be32(p + at + 8) :
		    head + le32(p + at + 8, big);
		next = at + len;
		for (size_t i = at; i < next; i++)
			frames[i] = count;
		type = le32(p + at, big);
		count += !ng || type == 2 || type == 3 || type == 6;
		mark[next] = 1;
	}
	frames[n] = count;
}

/* The first N octets: frames delivered, *E what came at the end. */
static int
read_all(const uint8_t *p, size_t n, int *e, char error[CAP_ERROR_TEXT])
{
	FILE *f = memory(p, n);
	struct cap *c = cap_open(f, e, error);
	struct cap_frame frame;
	int count = 0;
	unsigned sum = 0;

	if (c != NULL) {
		while ((*e = cap_next(c, &frame)) == 1) {
			for (size_t i = 0; i < frame.data.n; i++)
				sum += frame.data.p[i];
			count++;
		}
		memcpy(error, cap_error(c), CAP_ERROR_TEXT);
		CHECK_EACH(cap_next(c, &frame) == 0, "an error comes once");
		cap_close(c);
	}
	CHECK_EACH(*e == 0 || (*e < 0 && *error != '\0'), "an error says "
	    "what, %u", sum);
	fclose(f);
	return count;
}

static void
test_cut(void)
{
	static uint8_t mark[1 << 17];
	static int frames[1 << 17];
	char error[CAP_ERROR_TEXT];
	uint8_t *p;
	size_t n;
	int e, got;

	for (size_t i = 0; i < N_FILES; i++) {
		p = load(files[i], &n);
		boundaries(p, n, cap_detect(slice_of(p, n)), mark, frames);
		for (size_t cut = 0; cut < n; cut++) {
			got = read_all(p, cut, &e, error);
			CHECK_EACH(e == (mark[cut] && cut > 0 ? 0 : ERR_MORE),
			    "%s cut at %zu: %s", files[i], cut, err_name(e));
			CHECK_EACH(cut < 24 || got == frames[cut],
			    "%s cut at %zu: %d frames", files[i], cut, got);
			CHECK_EACH(e == 0 || strstr(error, "byte ") != NULL,
			    "%s cut at %zu: %s", files[i], cut, error);
		}
		CHECK_INT(read_all(p, n, &e, error), frames[n],
		    "%s: every cut, and whole", files[i]);
		free(p);
	}
}

static void
test_noise(void)
{
	char error[CAP_ERROR_TEXT];
	uint8_t *p, *q;
	size_t n;
	int e;

	for (size_t i = 0; i < N_FILES; i++) {
		p = load(files[i], &n);
		q = malloc(n);
		if (q == NULL)
			unit_fatal("malloc", "no memory");
		for (int round = 0; round < 1500; round++) {
			size_t near = round % 2 ? n : n / 8;

			memcpy(q, p, n);
			for (uint32_t k = 1 + rnd(8); k > 0; k--)
				q[rnd((uint32_t)near)] =
				    (uint8_t)(rnd(3) ? rnd(256) : 0xff);
			(void)read_all(q, n, &e, error);
		}
		free(q);
		free(p);
		CHECK(true, "%s: overwritten at random", files[i]);
	}
}

static void
test_detect(void)
{
	static const struct {
		const char	*first;
		enum cap_form	 form;
	} t[] = {
		{ "\xa1\xb2\xc3\xd4", CAP_PCAP },
		{ "\xd4\xc3\xb2\xa1", CAP_PCAP },
		{ "\xa1\xb2\x3c\x4d", CAP_PCAP },
		{ "\x4d\x3c\xb2\xa1", CAP_PCAP },
		{ "\xa1\xb2\xcd\x34", CAP_PCAP },
		{ "\x34\xcd\xb2\xa1", CAP_PCAP },
		{ "\n\r\r\n", CAP_PCAPNG },
		{ "{\"ty", CAP_NONE },
		{ "REGI", CAP_NONE },
		{ "\n\r\r", CAP_NONE },
		{ "", CAP_NONE },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_INT(cap_detect(slice_str(t[i].first)), t[i].form,
		    "form %zu", i);
	CHECK_INT(cap_detect(slice_of("snoop\0\0", 8)), CAP_SNOOP, "snoop");
	CHECK_INT(cap_detect(slice_of("snoop\0\0", 7)), CAP_NONE, "less");
}

/* A pipe whose first octets were read and put back; more comes later. */
static void
test_pipe(const char *name)
{
	static uint8_t mark[1 << 17];
	static int frames[1 << 17];
	struct cap_frame frame;
	struct cap *c;
	uint8_t *p;
	size_t n, end = 0;
	FILE *f;
	int fd[2], o[4];

	p = load(name, &n);
	boundaries(p, n, cap_detect(slice_of(p, n)), mark, frames);
	while (frames[end] == 0)
		end++;
	if (pipe(fd) != 0 || (f = fdopen(fd[0], "rb")) == NULL ||
	    write(fd[1], p, end) != (ssize_t)end)
		unit_fatal("pipe", strerror(errno));
	for (int i = 0; i < 4; i++)
		o[i] = getc(f);
	for (int i = 3; i >= 0; i--)
		ungetc(o[i], f);
	alarm(20);	/* for a reader that wants more than the frame */
	c = open_file(f, name);
	CHECK_INT(cap_next(c, &frame), 1, "%s: a frame as soon as it is there",
	    name);
	if (write(fd[1], p + end, n - end) < 0)
		unit_fatal("write", strerror(errno));
	close(fd[1]);
	CHECK_INT(cap_next(c, &frame), 1, "%s: another later", name);
	alarm(0);
	cap_close(c);
	CHECK(getc(f) != EOF && fclose(f) == 0, "%s: the pipe is still open",
	    name);
	free(p);
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* plain.pcap with the 32 bits at AT of its first record, or before, as V. */
static int
pcap_with(size_t at, uint32_t v, struct cap_frame *first,
    char error[CAP_ERROR_TEXT])
{
	static uint8_t *p;
	static size_t n;
	struct cap *c;
	FILE *f;
	int e;

	free(p);
	p = load("plain.pcap", &n);
	put32(p + at, v);
	f = memory(p, n);
	*error = '\0';
	if ((c = cap_open(f, &e, error)) != NULL) {
		if ((e = cap_next(c, first)) < 0)
			memcpy(error, cap_error(c), CAP_ERROR_TEXT);
		cap_close(c);
	}
	fclose(f);
	return e;
}

static void
test_odd_pcap(void)
{
	static const uint32_t snaplen[] = { 0, 1, 0x7fffffff, 0xffffffff };
	static const uint32_t large[] = { 262145, 0x7fffffff, 0xffffffff };
	struct cap_frame f;
	char error[CAP_ERROR_TEXT];

	for (size_t i = 0; i < sizeof(snaplen) / sizeof(snaplen[0]); i++)
		CHECK(pcap_with(16, snaplen[i], &f, error) == 1 &&
		    f.data.n == 227, "snapshot length %u: the whole frame",
		    snaplen[i]);
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
		CHECK(pcap_with(32, large[i], &f, error) == ERR_FORMAT &&
		    strstr(error, "byte 40: frame 1: ") == error,
		    "frame of %u octets: %s", large[i], error);
	CHECK(pcap_with(32, 262144, &f, error) == ERR_MORE &&
	    strstr(error, "frame 1: ") != NULL, "one that is not all there: "
	    "%s", error);
	CHECK(pcap_with(36, 5, &f, error) == 1 && f.data.n == 227 &&
	    f.wire_len == 5, "more captured than there was");
	CHECK(pcap_with(28, 2500000, &f, error) == 1 &&
	    f.time_ns == 1700000002500000000, "2500000 microseconds");
	CHECK(pcap_with(28, 0xffffffff, &f, error) == 1, "-1 microseconds");
	CHECK(pcap_with(24, 0xffffffff, &f, error) == 1 &&
	    f.time_ns / NS_PER_S == 0xffffffff, "the last second of 32 bits");
	CHECK(pcap_with(20, 0xf0000069, &f, error) == 1 && f.linktype == 105,
	    "length of the FCS beside the link type");
	/* A USB frame may have 128 MiB for libpcap. */
	CHECK_INT(pcap_with(20, 189, &f, error), 1, "USB");
	CHECK_INT(f.linktype, 189, "its link type");
	CHECK(pcap_with(4, 9, &f, error) == ERR_FORMAT, "version 9.0: %s",
	    error);
}

/* A section, N octets of BODY as hex, and what is read of it. */
static int
ng_with(const char *body, char error[CAP_ERROR_TEXT])
{
	uint8_t p[1024];
	int e, n;

	n = slice_hex(slice_str("0a0d0d0a 1c000000 4d3c2b1a 0100 0000"
	    "ffffffffffffffff 1c000000"), p, sizeof(p));
	e = slice_hex(slice_str(body), p + n, sizeof(p) - (size_t)n);
	if (e < 0)
		unit_fatal("bad hex", body);
	(void)read_all(p, (size_t)(n + e), &e, error);
	return e;
}

#define IDB	"01000000 14000000 01000000 00000000 14000000"
#define EPB	"06000000 24000000 00000000 00000000 00000000 01000000" \
		"01000000 aa000000 24000000"

static void
test_odd_ng(void)
{
	static const struct {
		const char	*name, *body;
		int		 want;
	} t[] = {
		{ "nothing", "", 0 },
		{ "a frame", IDB EPB, 0 },
		{ "a frame of no interface", EPB, ERR_FORMAT },
		{ "a simple one of no interface",
		    "03000000 10000000 00000000 10000000", ERR_FORMAT },
		{ "interface of the section before", IDB
		    "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff"
		    "1c000000" EPB, ERR_FORMAT },
		{ "block length 8", "07000000 08000000 08000000",
		    ERR_FORMAT },
		{ "block length 0", "07000000 00000000 00000000",
		    ERR_FORMAT },
		{ "block length 13", "07000000 0d000000 00 0d000000",
		    ERR_FORMAT },
		{ "17 MiB", "07000000 00001101 00000000", ERR_FORMAT },
		{ "4 GiB", "07000000 fcffffff 00000000", ERR_FORMAT },
		{ "16 MiB, not there", "07000000 00000001 00000000",
		    ERR_MORE },
		{ "another length at the end",
		    "07000000 10000000 00000000 14000000", ERR_FORMAT },
		{ "an interface too short", "01000000 0c000000 0c000000",
		    ERR_FORMAT },
		{ "an option longer than its block",
		    "01000000 18000000 01000000 00000000 09000100 18000000",
		    ERR_FORMAT },
		{ "an option of 65535 octets",
		    "01000000 18000000 01000000 00000000 0200ffff 18000000",
		    ERR_FORMAT },
		{ "a time offset of 1 octet, resolution of 8",
		    "01000000 28000000 01000000 00000000 0e000100 01000000"
		    "09000800 0100000000000000 28000000" EPB, 0 },
		{ "resolution 10^-127, offset -2^63",
		    "01000000 28000000 01000000 00000000 09000100 7f000000"
		    "0e000800 0000000000000080 28000000" EPB, 0 },
		{ "resolution 2^-127, offset 2^63 - 1",
		    "01000000 28000000 01000000 00000000 09000100 ff000000"
		    "0e000800 ffffffffffffff7f 28000000" EPB, 0 },
		{ "a frame longer than its block", IDB
		    "06000000 24000000 00000000 00000000 00000000 05000000"
		    "05000000 aa000000 24000000", ERR_FORMAT },
		{ "a frame of 262145 octets", IDB
		    "06000000 24100400 00000000 00000000 00000000 01000400"
		    "01000400 aa000000 24000000", ERR_FORMAT },
		{ "a frame of 4 GiB", IDB
		    "06000000 24000000 00000000 00000000 00000000 ffffffff"
		    "ffffffff aa000000 24000000", ERR_FORMAT },
		{ "a block too short for a frame", IDB
		    "06000000 10000000 00000000 10000000", ERR_FORMAT },
		{ "a section without byte order",
		    "0a0d0d0a 1c000000 00000000 0100 0000 ffffffffffffffff"
		    "1c000000", ERR_FORMAT },
		{ "a section of version 2",
		    "0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff"
		    "1c000000", ERR_FORMAT },
		{ "a section too short",
		    "0a0d0d0a 10000000 4d3c2b1a 10000000", ERR_FORMAT },
	};
	char error[CAP_ERROR_TEXT];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK_INT(ng_with(t[i].body, error), t[i].want, "pcapng: %s",
		    t[i].name);
		CHECK_EACH(t[i].want == 0 || strstr(error, "byte ") == error,
		    "%s: \"%s\"", t[i].name, error);
	}
}

/* The time of a frame of no ticks, of an interface with the option of HEX. */
static uint64_t
ng_time(const char *hex)
{
	struct cap_frame frame = { 0 };
	struct cap *c;
	uint8_t p[256];
	int n = slice_hex(slice_str("0a0d0d0a 1c000000 4d3c2b1a 0100 0000"
	    "ffffffffffffffff 1c000000"
	    "01000000 20000000 01000000 00000000"), p, sizeof(p)), got;
	FILE *f;

	n += slice_hex(slice_str(hex), p + n, 12);
	n += slice_hex(slice_str("20000000" EPB), p + n, sizeof(p) / 2);
	f = memory(p, (size_t)n);
	c = open_file(f, hex);
	if ((got = cap_next(c, &frame)) != 1)
		unit_fatal("no frame", cap_error(c));
	cap_close(c);
	fclose(f);
	return frame.time_ns;
}

static void
test_ng_time(void)
{
	CHECK_INT(ng_time("0e000800 0700000000000000"), 7 * NS_PER_S,
	    "7 s later");
	CHECK_INT(ng_time("0e000800 ffffffffffffffff"), 0, "before 1970");
	CHECK_INT(ng_time("0e000800 0000000000000080"), 0, "long before");
	CHECK(ng_time("0e000800 ffffffffffffff7f") == UINT64_MAX,
	    "beyond 2554");
}

/* More interfaces than there may be, in a file that says so over and over. */
static void
test_interfaces(void)
{
	size_t n = 28 + 65537 * 20;
	uint8_t *p = malloc(n);
	char error[CAP_ERROR_TEXT];
	int e;

	if (p == NULL)
		unit_fatal("malloc", "no memory");
	slice_hex(slice_str("0a0d0d0a 1c000000 4d3c2b1a 0100 0000"
	    "ffffffffffffffff 1c000000"), p, 28);
	for (size_t at = 28; at < n; at += 20)
		slice_hex(slice_str(IDB), p + at, 20);
	(void)read_all(p, n - 20, &e, error);
	CHECK_INT(e, 0, "65536 interfaces");
	(void)read_all(p, n, &e, error);
	CHECK(e == ERR_LIMIT, "and one more: %s", error);
	free(p);
}

static void
test_errors(void)
{
	char error[CAP_ERROR_TEXT];
	FILE *f;
	int e;

	(void)read_all((const uint8_t *)"", 0, &e, error);
	CHECK(e == ERR_MORE, "empty: %s", error);
	(void)read_all((const uint8_t *)"GET / HTTP", 10, &e, error);
	CHECK(e == ERR_FORMAT, "text: %s", error);
	if ((f = fopen("/", "rb")) != NULL) {
		CHECK(cap_open(f, &e, error) == NULL && e == ERR_IO,
		    "a directory: %s", error);
		fclose(f);
	}
	CHECK(cap_linktype_name(105) != NULL &&
	    strcmp(cap_linktype_name(105), "IEEE802_11") == 0, "IEEE802_11");
	CHECK(cap_linktype_name(101) != NULL &&
	    strcmp(cap_linktype_name(101), "RAW") == 0, "RAW");
	CHECK(cap_linktype_name(60000) == NULL, "no such link type");
	cap_close(NULL);
}

/* Link types of mixed.pcapng, as mergecap wrote them for its interfaces. */
static void
test_linktypes(void)
{
	static const int want[] = { 1, 113, 101 };
	char path[1024];
	FILE *f = fopen(path_of("mixed.pcapng", path), "rb");
	struct cap_frame frame;
	struct cap *c;
	int n = 0;

	if (f == NULL)
		unit_fatal("cannot read", path);
	c = open_file(f, path);
	while (cap_next(c, &frame) == 1)
		n += frame.interface < 3 &&
		    frame.linktype == want[frame.interface];
	CHECK_INT(n, 60, "frames of Ethernet, Linux cooked and raw IP");
	cap_close(c);
	fclose(f);
}

/* The octets by draft-ietf-opsawg-pcap, and that cap reads them back. */
static void
test_out(void)
{
	static const uint8_t octets[] = { 0x45, 0, 0, 1 };
	const struct cap_frame in[] = {
		{ .time_ns = 1700000000ULL * NS_PER_S + 7, .wire_len = 60,
		    .data = { octets, 4 } },
		{ .wire_len = 2, .data = { octets, 3 } },
		{ .time_ns = UINT64_MAX, .data = { octets, 0 } },
	};
	struct cap_frame got;
	uint8_t file[256];
	FILE *f = fmemopen(file, sizeof(file), "w+b");
	struct cap_out *o = NULL;
	struct cap *c;
	long n;

	if (f == NULL || (o = cap_out_new(f, 101)) == NULL)
		unit_fatal("cap_out_new", "no memory");
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(cap_out_frame(o, &in[i]), 0, "frame %zu", i + 1);
	CHECK_INT(ftell(f), 0, "gathered");
	CHECK_INT(cap_out_flush(o), 0, "flushed");
	cap_out_free(o);
	n = ftell(f);
	fclose(f);
	CHECK_HEX(file, (size_t)n,
	    "4d3cb2a1020004000000000000000000" "0000040065000000"
	    "00f1536507000000040000003c000000" "45000001"
	    "00000000000000000300000003000000" "450000"
	    "ffffffffffc99a3b0000000000000000", "the file");
	c = open_file(f = memory(file, (size_t)n), "written");
	CHECK(cap_next(c, &got) == 1 && got.time_ns == in[0].time_ns &&
	    got.wire_len == 60 && got.linktype == 101 &&
	    slice_eq(got.data, in[0].data), "read back");
	CHECK(cap_next(c, &got) == 1 && got.wire_len == 3, "wire length");
	cap_close(c);
	fclose(f);
	cap_out_free(NULL);
}

/* The same by draft-ietf-opsawg-pcapng, of two interfaces. */
static void
test_out_ng(void)
{
	static const uint8_t octets[] = { 0x45, 0, 0, 1 };
	const struct cap_frame in[] = {
		{ .time_ns = 1700000000ULL * NS_PER_S + 7, .wire_len = 60,
		    .linktype = 101, .data = { octets, 4 } },
		{ .wire_len = 3, .linktype = 1, .interface = 5,
		    .data = { octets, 3 } },
		{ .time_ns = UINT64_MAX, .linktype = 101,
		    .data = { octets, 0 } },
	};
	struct cap_frame got;
	uint8_t file[512];
	FILE *f = fmemopen(file, sizeof(file), "w+b");
	struct cap_out *o = NULL;
	struct cap *c;
	long n;

	if (f == NULL || (o = cap_out_ng_new(f)) == NULL)
		unit_fatal("cap_out_ng_new", "no memory");
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(cap_out_frame(o, &in[i]), 0, "ng: frame %zu", i + 1);
	CHECK_INT(cap_out_flush(o), 0, "ng: flushed");
	cap_out_free(o);
	n = ftell(f);
	fclose(f);
	CHECK_HEX(file, (size_t)n,
	    "0a0d0d0a1c0000004d3c2b1a01000000" "ffffffffffffffff1c000000"
	    "01000000200000006500000000000400" "09000100090000000000000020000000"
	    "060000002400000000000000fe9c9717" "07002a36040000003c000000"
	    "4500000124000000"
	    "01000000200000000100000000000400" "09000100090000000000000020000000"
	    "06000000240000000100000000000000" "000000000300000003000000"
	    "4500000024000000"
	    "060000002000000000000000ffffffff" "ffffffff0000000000000000"
	    "20000000", "ng: the file");
	c = open_file(f = memory(file, (size_t)n), "written");
	for (size_t i = 0; i < 3; i++)
		CHECK(cap_next(c, &got) == 1 &&
		    got.linktype == in[i].linktype && got.form == CAP_PCAPNG &&
		    got.interface == i % 2 && got.wire_len == in[i].wire_len &&
		    slice_eq(got.data, in[i].data), "ng: frame %zu again",
		    i + 1);
	cap_close(c);
	fclose(f);
}

/* More interfaces than are kept apart; more link types than there can be. */
static void
test_out_interfaces(void)
{
	struct cap_frame in = { .linktype = 1 };
	FILE *f = fopen("/dev/null", "wb");
	struct cap_out *o = NULL;

	if (f == NULL || (o = cap_out_ng_new(f)) == NULL)
		unit_fatal("cap_out_ng_new", "no memory");
	for (; in.interface < 2 * CAP_OUT_INTERFACES; in.interface++)
		CHECK_EACH(cap_out_frame(o, &in) == 0, "interface %u",
		    in.interface);
	in.linktype = 101;
	CHECK_INT(cap_out_frame(o, &in), ERR_LIMIT, "another link type");
	cap_out_free(o);
	fclose(f);
}

/* More than is gathered at a time; frames of all sizes. */
static void
test_out_many(void)
{
	static uint8_t octets[CAP_FRAME_MAX + 1];
	struct cap_frame in = { .data = { octets, sizeof(octets) } }, got;
	FILE *f = tmpfile();
	struct cap_out *o = NULL;
	struct cap *c;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + (i >> 8));
	if (f == NULL || (o = cap_out_new(f, 1)) == NULL)
		unit_fatal("cap_out_new", "no file, or no memory");
	CHECK_INT(cap_out_frame(o, &in), ERR_LIMIT, "a frame too long");
	for (size_t len = 0; len <= CAP_FRAME_MAX; len += 4099) {
		in.data.n = len;
		CHECK_EACH(cap_out_frame(o, &in) == 0, "frame of %zu", len);
	}
	CHECK_INT(cap_out_flush(o), 0, "flushed");
	cap_out_free(o);
	rewind(f);
	c = open_file(f, "written");
	for (; cap_next(c, &got) == 1; n += 4099) {
		in.data.n = n;
		CHECK_EACH(slice_eq(got.data, in.data), "frame of %zu", n);
	}
	CHECK(n > CAP_FRAME_MAX, "all frames, to octet %zu", n);
	cap_close(c);
	fclose(f);
}

/*
 * A full disk is seen when octets go there, not before; and how much of what got
 * there is whole, by the lengths of the files of test_out() and test_out_ng(),
 * which are ENDS.
 */
static void
test_out_full(bool ng, const uint16_t *ends)
{
	static const uint8_t octets[] = { 0x45, 0, 0, 1 };
	FILE *f = fopen("/dev/full", "wb");
	struct cap_out *o = NULL;
	uint16_t whole = 0;

	if (f == NULL || (o = ng ? cap_out_ng_new(f) : cap_out_new(f, 1)) ==
	    NULL)
		unit_fatal("cap_out_new", "no /dev/full, or no memory");
	for (uint32_t i = 0; i < 2; i++)
		CHECK_INT(cap_out_frame(o, &(struct cap_frame){
		    .linktype = 1, .interface = i,
		    .data = { octets, 4 - i } }), 0, "gathered");
	CHECK_INT(cap_out_flush(o), ERR_IO, "a full disk");
	CHECK_INT(cap_out_flush(o), ERR_IO, "once full, always");
	for (uint64_t n = 0; n < 256; n++) {
		if (n == *ends)
			whole = *ends++;
		CHECK_EACH(cap_out_whole(o, n) == whole,
		    "whole of %u octets, ng %d", (unsigned)n, ng);
	}
	cap_out_free(o);
	fclose(f);
}

int
main(void)
{
	test_out();
	test_out_ng();
	test_out_interfaces();
	test_out_many();
	test_out_full(false, (const uint16_t[]){ 24, 44, 63, 0 });
	test_out_full(true, (const uint16_t[]){ 28, 60, 96, 128, 164, 0 });
	test_detect();
	test_files();
	test_shared();
	test_linktypes();
	test_pipe("plain.pcap");
	test_pipe("plain_ns_be.pcap");
	test_pipe("plain_mod.pcap");
	test_pipe("odd_le.pcapng");
	test_pipe("plain.snoop");
	test_odd_pcap();
	test_odd_ng();
	test_ng_time();
	test_interfaces();
	test_errors();
	test_cut();
	test_noise();
	return unit_end();
}
