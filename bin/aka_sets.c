/* aka_sets: the test sets of tests/data/vectors; made by its make_sets.py. */
#include "aka_tool.h"

const struct rec_set aka_sets[] = {
	{ "milenage", "35.208-1", 1, {
		[REC_SET_K] =
		    "465b5ce8b199b49faa5f0a2ee238a6bc",
		[REC_SET_OP] =
		    "cdc202d5123e20f62b6d676ac72cb318",
		[REC_SET_OPC] =
		    "cd63cb71954a9f4e48a5994e37a02baf",
		[REC_SET_RAND] =
		    "23553cbe9637a89d218ae64dae47bf35",
		[REC_SET_SQN] =
		    "ff9bb4d0b607",
		[REC_SET_AMF] =
		    "b9b9",
		[REC_SET_MAC_A] =
		    "4a9ffac354dfafb3",
		[REC_SET_MAC_S] =
		    "01cfaf9ec4e871e9",
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_AK] =
		    "aa689c648370",
		[REC_SET_AKSTAR] =
		    "451e8beca43b",
		[REC_SET_AUTN] =
		    "55f328b43577b9b94a9ffac354dfafb3",
		[REC_SET_AUTS] =
		    "ba853f3c123ccf44e93596e355c6",
	} },
	{ "milenage", "35.208-2", 1, {
		[REC_SET_K] =
		    "465b5ce8b199b49faa5f0a2ee238a6bc",
		[REC_SET_OP] =
		    "cdc202d5123e20f62b6d676ac72cb318",
		[REC_SET_OPC] =
		    "cd63cb71954a9f4e48a5994e37a02baf",
		[REC_SET_RAND] =
		    "23553cbe9637a89d218ae64dae47bf35",
		[REC_SET_SQN] =
		    "ff9bb4d0b607",
		[REC_SET_AMF] =
		    "b9b9",
		[REC_SET_MAC_A] =
		    "4a9ffac354dfafb3",
		[REC_SET_MAC_S] =
		    "01cfaf9ec4e871e9",
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_AK] =
		    "aa689c648370",
		[REC_SET_AKSTAR] =
		    "451e8beca43b",
		[REC_SET_AUTN] =
		    "55f328b43577b9b94a9ffac354dfafb3",
		[REC_SET_AUTS] =
		    "ba853f3c123ccf44e93596e355c6",
	} },
	{ "milenage", "35.208-3", 1, {
		[REC_SET_K] =
		    "fec86ba6eb707ed08905757b1bb44b8f",
		[REC_SET_OP] =
		    "dbc59adcb6f9a0ef735477b7fadf8374",
		[REC_SET_OPC] =
		    "1006020f0a478bf6b699f15c062e42b3",
		[REC_SET_RAND] =
		    "9f7c8d021accf4db213ccff0c7f71a6a",
		[REC_SET_SQN] =
		    "9d0277595ffc",
		[REC_SET_AMF] =
		    "725c",
		[REC_SET_MAC_A] =
		    "9cabc3e99baf7281",
		[REC_SET_MAC_S] =
		    "95814ba2b3044324",
		[REC_SET_RES] =
		    "8011c48c0c214ed2",
		[REC_SET_CK] =
		    "5dbdbb2954e8f3cde665b046179a5098",
		[REC_SET_IK] =
		    "59a92d3b476a0443487055cf88b2307b",
		[REC_SET_AK] =
		    "33484dc2136b",
		[REC_SET_AKSTAR] =
		    "deacdd848cc6",
		[REC_SET_AUTN] =
		    "ae4a3a9b4c97725c9cabc3e99baf7281",
		[REC_SET_AUTS] =
		    "43aeaaddd33a9f8be774d095d08b",
	} },
	{ "milenage", "35.208-4", 1, {
		[REC_SET_K] =
		    "9e5944aea94b81165c82fbf9f32db751",
		[REC_SET_OP] =
		    "223014c5806694c007ca1eeef57f004f",
		[REC_SET_OPC] =
		    "a64a507ae1a2a98bb88eb4210135dc87",
		[REC_SET_RAND] =
		    "ce83dbc54ac0274a157c17f80d017bd6",
		[REC_SET_SQN] =
		    "0b604a81eca8",
		[REC_SET_AMF] =
		    "9e09",
		[REC_SET_MAC_A] =
		    "74a58220cba84c49",
		[REC_SET_MAC_S] =
		    "ac2cc74a96871837",
		[REC_SET_RES] =
		    "f365cd683cd92e96",
		[REC_SET_CK] =
		    "e203edb3971574f5a94b0d61b816345d",
		[REC_SET_IK] =
		    "0c4524adeac041c4dd830d20854fc46b",
		[REC_SET_AK] =
		    "f0b9c08ad02e",
		[REC_SET_AKSTAR] =
		    "6085a86c6f63",
		[REC_SET_AUTN] =
		    "fbd98a0b3c869e0974a58220cba84c49",
		[REC_SET_AUTS] =
		    "6be5e2ed83cb7685bae0a5680aa6",
	} },
	{ "milenage", "35.208-5", 1, {
		[REC_SET_K] =
		    "4ab1deb05ca6ceb051fc98e77d026a84",
		[REC_SET_OP] =
		    "2d16c5cd1fdf6b22383584e3bef2a8d8",
		[REC_SET_OPC] =
		    "dcf07cbd51855290b92a07a9891e523e",
		[REC_SET_RAND] =
		    "74b0cd6031a1c8339b2b6ce2b8c4a186",
		[REC_SET_SQN] =
		    "e880a1b580b6",
		[REC_SET_AMF] =
		    "9f07",
		[REC_SET_MAC_A] =
		    "49e785dd12626ef2",
		[REC_SET_MAC_S] =
		    "9e85790336bb3fa2",
		[REC_SET_RES] =
		    "5860fc1bce351e7e",
		[REC_SET_CK] =
		    "7657766b373d1c2138f307e3de9242f9",
		[REC_SET_IK] =
		    "1c42e960d89b8fa99f2744e0708ccb53",
		[REC_SET_AK] =
		    "31e11a609118",
		[REC_SET_AKSTAR] =
		    "fe2555e54aa9",
		[REC_SET_AUTN] =
		    "d961bbd511ae9f0749e785dd12626ef2",
		[REC_SET_AUTS] =
		    "16a5f450ca1f782c7adc092ecaf5",
	} },
	{ "milenage", "35.208-6", 1, {
		[REC_SET_K] =
		    "6c38a116ac280c454f59332ee35c8c4f",
		[REC_SET_OP] =
		    "1ba00a1a7c6700ac8c3ff3e96ad08725",
		[REC_SET_OPC] =
		    "3803ef5363b947c6aaa225e58fae3934",
		[REC_SET_RAND] =
		    "ee6466bc96202c5a557abbeff8babf63",
		[REC_SET_SQN] =
		    "414b98222181",
		[REC_SET_AMF] =
		    "4464",
		[REC_SET_MAC_A] =
		    "078adfb488241a57",
		[REC_SET_MAC_S] =
		    "80246b8d0186bcf1",
		[REC_SET_RES] =
		    "16c8233f05a0ac28",
		[REC_SET_CK] =
		    "3f8c7587fe8e4b233af676aede30ba3b",
		[REC_SET_IK] =
		    "a7466cc1e6b2a1337d49d3b66e95d7b4",
		[REC_SET_AK] =
		    "45b0f69ab06c",
		[REC_SET_AKSTAR] =
		    "1f53cd2b1113",
		[REC_SET_AUTN] =
		    "04fb6eb891ed4464078adfb488241a57",
		[REC_SET_AUTS] =
		    "5e1855093092c6b5a5bee94751e0",
	} },
	{ "milenage", "35.208-7", 1, {
		[REC_SET_K] =
		    "2d609d4db0ac5bf0d2c0de267014de0d",
		[REC_SET_OP] =
		    "460a48385427aa39264aac8efc9e73e8",
		[REC_SET_OPC] =
		    "c35a0ab0bcbfc9252caff15f24efbde0",
		[REC_SET_RAND] =
		    "194aa756013896b74b4a2a3b0af4539e",
		[REC_SET_SQN] =
		    "6bf69438c2e4",
		[REC_SET_AMF] =
		    "5f67",
		[REC_SET_MAC_A] =
		    "bd07d3003b9e5cc3",
		[REC_SET_MAC_S] =
		    "bcb6c2fcad152250",
		[REC_SET_RES] =
		    "8c25a16cd918a1df",
		[REC_SET_CK] =
		    "4cd0846020f8fa0731dd47cbdc6be411",
		[REC_SET_IK] =
		    "88ab80a415f15c73711254a1d388f696",
		[REC_SET_AK] =
		    "7e6455f34cf3",
		[REC_SET_AKSTAR] =
		    "dc6dd01e8f15",
		[REC_SET_AUTN] =
		    "1592c1cb8e175f67bd07d3003b9e5cc3",
		[REC_SET_AUTS] =
		    "b79b44264df104286f3b81eb15b0",
	} },
	{ "milenage", "35.208-8", 1, {
		[REC_SET_K] =
		    "a530a7fe428fad1082c45eddfce13884",
		[REC_SET_OP] =
		    "511c6c4e83e38c89b1c5d8dde62426fa",
		[REC_SET_OPC] =
		    "27953e49bc8af6dcc6e730eb80286be3",
		[REC_SET_RAND] =
		    "3a4c2b3245c50eb5c71d08639395764d",
		[REC_SET_SQN] =
		    "f63f5d768784",
		[REC_SET_AMF] =
		    "b90e",
		[REC_SET_MAC_A] =
		    "53761fbd679b0bad",
		[REC_SET_MAC_S] =
		    "21adfd334a10e7ce",
		[REC_SET_RES] =
		    "a63241e1ffc3e5ab",
		[REC_SET_CK] =
		    "10f05bab75a99a5fbb98a9c287679c3b",
		[REC_SET_IK] =
		    "f9ec0865eb32f22369cade40c59c3a44",
		[REC_SET_AK] =
		    "88196c47986f",
		[REC_SET_AKSTAR] =
		    "c987a3d23115",
		[REC_SET_AUTN] =
		    "7e2631311febb90e53761fbd679b0bad",
		[REC_SET_AUTS] =
		    "3fb8fea4b6912b24b86f94caade3",
	} },
	{ "milenage", "35.208-9", 1, {
		[REC_SET_K] =
		    "d9151cf04896e25830bf2e08267b8360",
		[REC_SET_OP] =
		    "75fc2233a44294ee8e6de25c4353d26b",
		[REC_SET_OPC] =
		    "c4c93effe8a08138c203d4c27ce4e3d9",
		[REC_SET_RAND] =
		    "f761e5e93d603feb730e27556cb8a2ca",
		[REC_SET_SQN] =
		    "47ee0199820a",
		[REC_SET_AMF] =
		    "9113",
		[REC_SET_MAC_A] =
		    "66cc4be44862af1f",
		[REC_SET_MAC_S] =
		    "7a4b8d7a8753f246",
		[REC_SET_RES] =
		    "4a90b2171ac83a76",
		[REC_SET_CK] =
		    "71236b7129f9b22ab77ea7a54c96da22",
		[REC_SET_IK] =
		    "90527ebaa5588968db41727325a04d9e",
		[REC_SET_AK] =
		    "82a0f5287a71",
		[REC_SET_AKSTAR] =
		    "527dbf41f35f",
		[REC_SET_AUTN] =
		    "c54ef4b1f87b911366cc4be44862af1f",
		[REC_SET_AUTS] =
		    "1593bed871550572dd8154395c71",
	} },
	{ "milenage", "35.208-10", 1, {
		[REC_SET_K] =
		    "a0e2971b6822e8d354a18cc235624ecb",
		[REC_SET_OP] =
		    "323792faca21fb4d5d6f13c145a9d2c1",
		[REC_SET_OPC] =
		    "82a26f22bba9e9488f949a10d98e9cc4",
		[REC_SET_RAND] =
		    "08eff828b13fdb562722c65c7f30a9b2",
		[REC_SET_SQN] =
		    "db5c066481e0",
		[REC_SET_AMF] =
		    "716b",
		[REC_SET_MAC_A] =
		    "9485fe24621cb9f6",
		[REC_SET_MAC_S] =
		    "bce325ce03e2e9b9",
		[REC_SET_RES] =
		    "4bc2212d8624910a",
		[REC_SET_CK] =
		    "08cef6d004ec61471a3c3cda048137fa",
		[REC_SET_IK] =
		    "ed0318ca5deb9206272f6e8fa64ba411",
		[REC_SET_AK] =
		    "a2f858aa9e5d",
		[REC_SET_AKSTAR] =
		    "74e76fbbec38",
		[REC_SET_AUTN] =
		    "79a45ece1fbd716b9485fe24621cb9f6",
		[REC_SET_AUTS] =
		    "afbb69df6dd818b6fcef7d8be518",
	} },
	{ "milenage", "35.208-11", 1, {
		[REC_SET_K] =
		    "0da6f7ba86d5eac8a19cf563ac58642d",
		[REC_SET_OP] =
		    "4b9a26fa459e3acbff36f4015de3bdc1",
		[REC_SET_OPC] =
		    "0db1071f8767562ca43a0a64c41e8d08",
		[REC_SET_RAND] =
		    "679ac4dbacd7d233ff9d6806f4149ce3",
		[REC_SET_SQN] =
		    "6e2331d692ad",
		[REC_SET_AMF] =
		    "224a",
		[REC_SET_MAC_A] =
		    "2831d7ae9088e492",
		[REC_SET_MAC_S] =
		    "9b2e16951135d523",
		[REC_SET_RES] =
		    "6fc30fee6d123523",
		[REC_SET_CK] =
		    "69b1cae7c7429d975e245cacb05a517c",
		[REC_SET_IK] =
		    "74f24e8c26df58e1b38d7dcd4f1b7fbd",
		[REC_SET_AK] =
		    "4c539a26e1fa",
		[REC_SET_AKSTAR] =
		    "07861e126928",
		[REC_SET_AUTN] =
		    "2270abf07357224a2831d7ae9088e492",
		[REC_SET_AUTS] =
		    "69a52fc4fb85a2c5343b290b2a9a",
	} },
	{ "milenage", "35.208-12", 1, {
		[REC_SET_K] =
		    "77b45843c88e58c10d202684515ed430",
		[REC_SET_OP] =
		    "bf3286c7a51409ce95724d503bfe6e70",
		[REC_SET_OPC] =
		    "d483afae562409a326b5bb0b20c4d762",
		[REC_SET_RAND] =
		    "4c47eb3076dc55fe5106cb2034b8cd78",
		[REC_SET_SQN] =
		    "fe1a8731005d",
		[REC_SET_AMF] =
		    "ad25",
		[REC_SET_MAC_A] =
		    "08332d7e9f484570",
		[REC_SET_MAC_S] =
		    "ed41b734489d5207",
		[REC_SET_RES] =
		    "aefa357beac2a87a",
		[REC_SET_CK] =
		    "908c43f0569cb8f74bc971e706c36c5f",
		[REC_SET_IK] =
		    "c251df0d888dd9329bcf46655b226e40",
		[REC_SET_AK] =
		    "30ff25cdadf6",
		[REC_SET_AKSTAR] =
		    "e84ed0d4677e",
		[REC_SET_AUTN] =
		    "cee5a2fcadabad2508332d7e9f484570",
		[REC_SET_AUTS] =
		    "165457e56723bf9a241177b7f7b8",
	} },
	{ "milenage", "35.208-13", 1, {
		[REC_SET_K] =
		    "729b17729270dd87ccdf1bfe29b4e9bb",
		[REC_SET_OP] =
		    "d04c9c35bd2262fa810d2924d036fd13",
		[REC_SET_OPC] =
		    "228c2f2f06ac3268a9e616ee16db4ba1",
		[REC_SET_RAND] =
		    "311c4c929744d675b720f3b7e9b1cbd0",
		[REC_SET_SQN] =
		    "c85c4cf65916",
		[REC_SET_AMF] =
		    "5bb2",
		[REC_SET_MAC_A] =
		    "ff794fe2f827ebf8",
		[REC_SET_MAC_S] =
		    "24fe4dc61e874b52",
		[REC_SET_RES] =
		    "98dbbd099b3b408d",
		[REC_SET_CK] =
		    "44c0f23c5493cfd241e48f197e1d1012",
		[REC_SET_IK] =
		    "0c9fb81613884c2535dd0eabf3b440d8",
		[REC_SET_AK] =
		    "5380d158cfe3",
		[REC_SET_AKSTAR] =
		    "87ac3b559fb6",
		[REC_SET_AUTN] =
		    "9bdc9dae96f55bb2ff794fe2f827ebf8",
		[REC_SET_AUTS] =
		    "4ff077a3c6a059ada915ad8f840d",
	} },
	{ "milenage", "35.208-14", 1, {
		[REC_SET_K] =
		    "d32dd23e89dc662354ca12eb79dd32fa",
		[REC_SET_OP] =
		    "fe75905b9da47d356236d0314e09c32e",
		[REC_SET_OPC] =
		    "d22a4b4180a5325708a5ff70d9f67ec7",
		[REC_SET_RAND] =
		    "cf7d0ab1d94306950bf12018fbd46887",
		[REC_SET_SQN] =
		    "484107e56a43",
		[REC_SET_AMF] =
		    "b5e6",
		[REC_SET_MAC_A] =
		    "cf19d62b6a809866",
		[REC_SET_MAC_S] =
		    "5d269537e45e2ce6",
		[REC_SET_RES] =
		    "af4a411e1139f2c2",
		[REC_SET_CK] =
		    "5af86b80edb70df5292cc1121cbad50c",
		[REC_SET_IK] =
		    "7f4d6ae7440e18789a8b75ad3f42f03a",
		[REC_SET_AK] =
		    "217af49272ad",
		[REC_SET_AKSTAR] =
		    "900e101c677e",
		[REC_SET_AUTN] =
		    "693bf37718eeb5e6cf19d62b6a809866",
		[REC_SET_AUTS] =
		    "d84f17f90d3de1f000ebb1388a59",
	} },
	{ "milenage", "35.208-15", 1, {
		[REC_SET_K] =
		    "af7c65e1927221de591187a2c5987a53",
		[REC_SET_OP] =
		    "0c7acb8d95b7d4a31c5aca6d26345a88",
		[REC_SET_OPC] =
		    "a4cf5c8155c08a7eff418e5443b98e55",
		[REC_SET_RAND] =
		    "1f0f8578464fd59b64bed2d09436b57a",
		[REC_SET_SQN] =
		    "3d627b01418d",
		[REC_SET_AMF] =
		    "84f6",
		[REC_SET_MAC_A] =
		    "c37cae7805642032",
		[REC_SET_MAC_S] =
		    "68cd09a452d8db7c",
		[REC_SET_RES] =
		    "7bffa5c2f41fbc05",
		[REC_SET_CK] =
		    "3f8c3f3ccf7625bf77fc94bcfd22fd26",
		[REC_SET_IK] =
		    "abcbae8fd46115e9961a55d0da5f2078",
		[REC_SET_AK] =
		    "837fd7b74419",
		[REC_SET_AKSTAR] =
		    "56e97a6090b1",
		[REC_SET_AUTN] =
		    "be1dacb6059484f6c37cae7805642032",
		[REC_SET_AUTS] =
		    "6b8b0161d13cfc967cae34cb9929",
	} },
	{ "milenage", "35.208-16", 1, {
		[REC_SET_K] =
		    "5bd7ecd3d3127a41d12539bed4e7cf71",
		[REC_SET_OP] =
		    "f967f76038b920a9cd25e10c08b49924",
		[REC_SET_OPC] =
		    "76089d3c0ff3efdc6e36721d4fceb747",
		[REC_SET_RAND] =
		    "59b75f14251c75031d0bcbac1c2c04c7",
		[REC_SET_SQN] =
		    "a298ae8929dc",
		[REC_SET_AMF] =
		    "d056",
		[REC_SET_MAC_A] =
		    "c3f25cd94309107e",
		[REC_SET_MAC_S] =
		    "b0c8ba343665afcc",
		[REC_SET_RES] =
		    "7e3f44c7591f6f45",
		[REC_SET_CK] =
		    "d42b2d615e49a03ac275a5aef97af892",
		[REC_SET_IK] =
		    "0b3f8d024fe6bfafaa982b8f82e319c2",
		[REC_SET_AK] =
		    "5be11495525d",
		[REC_SET_AKSTAR] =
		    "4d6a34a1e4eb",
		[REC_SET_AUTN] =
		    "f979ba1c7b81d056c3f25cd94309107e",
		[REC_SET_AUTS] =
		    "eff29a28cd37ce6374a30a75f479",
	} },
	{ "milenage", "35.208-17", 1, {
		[REC_SET_K] =
		    "6cd1c6ceb1e01e14f1b82316a90b7f3d",
		[REC_SET_OP] =
		    "078bfca9564659ecd8851e84e6c59b48",
		[REC_SET_OPC] =
		    "a219dc37f1dc7d66738b5843c799f206",
		[REC_SET_RAND] =
		    "f69b78f300a0568bce9f0cb93c4be4c9",
		[REC_SET_SQN] =
		    "b4fce5feb059",
		[REC_SET_AMF] =
		    "e4bb",
		[REC_SET_MAC_A] =
		    "69a90869c268cb7b",
		[REC_SET_MAC_S] =
		    "2e0fdcf9fd1cfa6a",
		[REC_SET_RES] =
		    "70f6bdb9ad21525f",
		[REC_SET_CK] =
		    "6edaf99e5bd9f85d5f36d91c1272fb4b",
		[REC_SET_IK] =
		    "d61c853c280dd9c46f297baec386de17",
		[REC_SET_AK] =
		    "1c408a858b3e",
		[REC_SET_AKSTAR] =
		    "aa4ae52daa30",
		[REC_SET_AUTN] =
		    "a8bc6f7b3b67e4bb69a90869c268cb7b",
		[REC_SET_AUTS] =
		    "1eb600d31a693284c53cfcacaf12",
	} },
	{ "milenage", "35.208-18", 1, {
		[REC_SET_K] =
		    "b73a90cbcf3afb622dba83c58a8415df",
		[REC_SET_OP] =
		    "b672047e003bb952dca6cb8af0e5b779",
		[REC_SET_OPC] =
		    "df0c67868fa25f748b7044c6e7c245b8",
		[REC_SET_RAND] =
		    "b120f1c1a0102a2f507dd543de68281f",
		[REC_SET_SQN] =
		    "f1e8a523a36d",
		[REC_SET_AMF] =
		    "471b",
		[REC_SET_MAC_A] =
		    "ebd70341bcd415b0",
		[REC_SET_MAC_S] =
		    "12359f5d82220c14",
		[REC_SET_RES] =
		    "479dd25c20792d63",
		[REC_SET_CK] =
		    "66195dbed0313274c5ca7766615fa25e",
		[REC_SET_IK] =
		    "66bec707eb2afc476d7408a8f2927b36",
		[REC_SET_AK] =
		    "aefdaa5ddd99",
		[REC_SET_AKSTAR] =
		    "12ec2b87fbb1",
		[REC_SET_AUTN] =
		    "5f150f7e7ef4471bebd70341bcd415b0",
		[REC_SET_AUTS] =
		    "e3048ea458dc5d197108775c40c3",
	} },
	{ "milenage", "35.208-19", 1, {
		[REC_SET_K] =
		    "5122250214c33e723a5dd523fc145fc0",
		[REC_SET_OP] =
		    "c9e8763286b5b9ffbdf56e1297d0887b",
		[REC_SET_OPC] =
		    "981d464c7c52eb6e5036234984ad0bcf",
		[REC_SET_RAND] =
		    "81e92b6c0ee0e12ebceba8d92a99dfa5",
		[REC_SET_SQN] =
		    "16f3b3f70fc2",
		[REC_SET_AMF] =
		    "c3ab",
		[REC_SET_MAC_A] =
		    "2a5c23d15ee351d5",
		[REC_SET_MAC_S] =
		    "62dae3853f3af9d2",
		[REC_SET_RES] =
		    "28d7b0f2a2ec3de5",
		[REC_SET_CK] =
		    "5349fbe098649f948f5d2e973a81c00f",
		[REC_SET_IK] =
		    "9744871ad32bf9bbd1dd5ce54e3e2e5a",
		[REC_SET_AK] =
		    "ada15aeb7bb8",
		[REC_SET_AKSTAR] =
		    "d461bc15475d",
		[REC_SET_AUTN] =
		    "bb52e91c747ac3ab2a5c23d15ee351d5",
		[REC_SET_AUTS] =
		    "c2920fe2489f5b7a8925819b614b",
	} },
	{ "milenage", "35.208-20", 1, {
		[REC_SET_K] =
		    "90dca4eda45b53cf0f12d7c9c3bc6a89",
		[REC_SET_OP] =
		    "3ffcfe5b7b1111589920d3528e84e655",
		[REC_SET_OPC] =
		    "cb9cccc4b9258e6dca4760379fb82581",
		[REC_SET_RAND] =
		    "9fddc72092c6ad036b6e464789315b78",
		[REC_SET_SQN] =
		    "20f813bd4141",
		[REC_SET_AMF] =
		    "61df",
		[REC_SET_MAC_A] =
		    "09db94eab4f8149e",
		[REC_SET_MAC_S] =
		    "a29468aa9775b527",
		[REC_SET_RES] =
		    "a95100e2760952cd",
		[REC_SET_CK] =
		    "b5f2da03883b69f96bf52e029ed9ac45",
		[REC_SET_IK] =
		    "b4721368bc16ea67875c5598688bb0ef",
		[REC_SET_AK] =
		    "83cfd54db913",
		[REC_SET_AKSTAR] =
		    "4f2039392ddc",
		[REC_SET_AUTN] =
		    "a337c6f0f85261df09db94eab4f8149e",
		[REC_SET_AUTS] =
		    "6fd82a846c9d287ee99a05452d3a",
	} },
	{ "milenage", "35.207-2", 1, {
		[REC_SET_K] =
		    "0396eb317b6d1c36f19c1c84cd6ffd16",
		[REC_SET_OP] =
		    "ff53bade17df5d4e793073ce9d7579fa",
		[REC_SET_OPC] =
		    "53c15671c60a4b731c55b4a441c0bde2",
		[REC_SET_RAND] =
		    "c00d603103dcee52c4478119494202e8",
		[REC_SET_SQN] =
		    "fd8eef40df7d",
		[REC_SET_AMF] =
		    "af17",
		[REC_SET_MAC_A] =
		    "5df5b31807e258b0",
		[REC_SET_MAC_S] =
		    "a8c016e51ef4a343",
		[REC_SET_RES] =
		    "d3a628ed988620f0",
		[REC_SET_CK] =
		    "58c433ff7a7082acd424220f2b67c556",
		[REC_SET_IK] =
		    "21a8c1f929702adb3e738488b9f5c5da",
		[REC_SET_AK] =
		    "c47783995f72",
		[REC_SET_AKSTAR] =
		    "30f1197061c1",
		[REC_SET_AUTN] =
		    "39f96cd9800faf175df5b31807e258b0",
		[REC_SET_AUTS] =
		    "cd7ff630bebc1fb5eba74924b0e0",
	} },
	{ "milenage", "oss-amf8000", 1, {
		[REC_SET_K] =
		    "465b5ce8b199b49faa5f0a2ee238a6bc",
		[REC_SET_OPC] =
		    "cdc202d5123e20f62b6d676ac72cb318",
		[REC_SET_RAND] =
		    "000000000000000000000000000008a7",
		[REC_SET_SQN] =
		    "000000000015",
		[REC_SET_AMF] =
		    "8000",
		[REC_SET_MAC_A] =
		    "aad7d3010fa706fb",
		[REC_SET_MAC_S] =
		    "31661bccbd7e8fbe",
		[REC_SET_RES] =
		    "c30ca0658493835c",
		[REC_SET_CK] =
		    "1fd124a000b7a19e7fb17bbd9defb9bc",
		[REC_SET_IK] =
		    "5d62ae7a8f34508d5dafce8eff12caf7",
		[REC_SET_AK] =
		    "a3216fff22c8",
		[REC_SET_AKSTAR] =
		    "70fbaa9aae10",
		[REC_SET_AUTN] =
		    "a3216fff22dd8000aad7d3010fa706fb",
	} },
	{ "tuak", "35.233-1", 1, {
		[REC_SET_K] =
		    "abababababababababababababababab",
		[REC_SET_OP] =
		    "55555555555555555555555555555555555555555555555555"
		    "55555555555555",
		[REC_SET_OPC] =
		    "bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73e"
		    "b45d1f40cccbff",
		[REC_SET_RAND] =
		    "42424242424242424242424242424242",
		[REC_SET_SQN] =
		    "111111111111",
		[REC_SET_AMF] =
		    "ffff",
		[REC_SET_MAC_A] =
		    "f9a54e6aeaa8618d",
		[REC_SET_MAC_S] =
		    "e94b4dc6c7297df3",
		[REC_SET_RES] =
		    "657acd64",
		[REC_SET_CK] =
		    "d71a1e5c6caffe986a26f783e5c78be1",
		[REC_SET_IK] =
		    "be849fa2564f869aecee6f62d4337e72",
		[REC_SET_AK] =
		    "719f1e9b9054",
		[REC_SET_AKSTAR] =
		    "e7af6b3d0e38",
	} },
	{ "tuak", "35.233-2", 1, {
		[REC_SET_K] =
		    "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7"
		    "e6e5e4e3e2e1e0",
		[REC_SET_OP] =
		    "808182838485868788898a8b8c8d8e8f909192939495969798"
		    "999a9b9c9d9e9f",
		[REC_SET_OPC] =
		    "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de"
		    "5974d5977f8524",
		[REC_SET_RAND] =
		    "0123456789abcdef0123456789abcdef",
		[REC_SET_SQN] =
		    "0123456789ab",
		[REC_SET_AMF] =
		    "abcd",
		[REC_SET_MAC_A] =
		    "c0b8c2d4148ec7aa5f1d78a97e4d1d58",
		[REC_SET_MAC_S] =
		    "ef81af7290f7842c6ceafa537fa0745b",
		[REC_SET_RES] =
		    "e9d749dc4eea0035",
		[REC_SET_CK] =
		    "a4cb6f6529ab17f8337f27baa8234d47",
		[REC_SET_IK] =
		    "2274155ccf4199d5e2abcbf621907f90",
		[REC_SET_AK] =
		    "480a9345cc1e",
		[REC_SET_AKSTAR] =
		    "f84eb338848c",
	} },
	{ "tuak", "35.233-3", 1, {
		[REC_SET_K] =
		    "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7"
		    "e6e5e4e3e2e1e0",
		[REC_SET_OP] =
		    "808182838485868788898a8b8c8d8e8f909192939495969798"
		    "999a9b9c9d9e9f",
		[REC_SET_OPC] =
		    "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de"
		    "5974d5977f8524",
		[REC_SET_RAND] =
		    "0123456789abcdef0123456789abcdef",
		[REC_SET_SQN] =
		    "0123456789ab",
		[REC_SET_AMF] =
		    "abcd",
		[REC_SET_MAC_A] =
		    "d97b75a1776065271b1e212bc3b1bf173f438b21e6c64a55a9"
		    "6c372e085e5cc5",
		[REC_SET_MAC_S] =
		    "427bbf07c6e3a86c54f8c5216499f3909a6fd4a164c9fe235b"
		    "1550258111b821",
		[REC_SET_RES] =
		    "07021c73e7635c7d",
		[REC_SET_CK] =
		    "4d59ac796834eb85d11fa148a5058c3c",
		[REC_SET_IK] =
		    "126d47500136fdc5ddfd14f19ebf16749ce4b6435323fbb571"
		    "5a3a796a6082bd",
		[REC_SET_AK] =
		    "1d6622c4e59a",
		[REC_SET_AKSTAR] =
		    "f84eb338848c",
	} },
	{ "tuak", "35.233-4", 1, {
		[REC_SET_K] =
		    "b8da837a50652d6ac7c97da14f6acc61",
		[REC_SET_OP] =
		    "0952be13556c32ebc58195d9dd930493e12a9003669988ffde"
		    "5fa1f0fe35cc01",
		[REC_SET_OPC] =
		    "2bc16eb657a68e1f446f08f57c0efb1d493527a2e652ce281e"
		    "b6ca0e4487760a",
		[REC_SET_RAND] =
		    "6887e55425a966bd86c9661a5fa72be8",
		[REC_SET_SQN] =
		    "0dea2ee2c5af",
		[REC_SET_AMF] =
		    "df1e",
		[REC_SET_MAC_A] =
		    "749214087958dd8f58bfcdf869d8ae3f",
		[REC_SET_MAC_S] =
		    "619e865afe80e382aee13063f9dfb56d",
		[REC_SET_RES] =
		    "4041ce438e3e38e8aa96562eed83ac43",
		[REC_SET_CK] =
		    "3e3bc01bea0cd914c4c2c83ce2d92757",
		[REC_SET_IK] =
		    "666a8e6f577b1aa77b7fd53cebb8a3d6",
		[REC_SET_AK] =
		    "1f880d005119",
		[REC_SET_AKSTAR] =
		    "45e617d77fe5",
	} },
	{ "tuak", "35.233-5", 1, {
		[REC_SET_K] =
		    "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69"
		    "c29f15770e5aa5",
		[REC_SET_OP] =
		    "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d"
		    "34da35ee88c95e",
		[REC_SET_OPC] =
		    "3c6052e41532a28a47aa3cbb89f223e8f3aaa976aecd48bc3e"
		    "7d6165a55eff62",
		[REC_SET_RAND] =
		    "c570aac68cde651fb1e3088322498bef",
		[REC_SET_SQN] =
		    "c89bb71f3a41",
		[REC_SET_AMF] =
		    "297d",
		[REC_SET_MAC_A] =
		    "d7340dad02b4cb01",
		[REC_SET_MAC_S] =
		    "c6021e2e66accb15",
		[REC_SET_RES] =
		    "84d89b41db1867ffd4c7ba1d82163f4d526a20fbae5418fbb5"
		    "26940b1eeb905c",
		[REC_SET_CK] =
		    "d419676afe5ab58c1d8bee0d43523a4d2f52ef0b31a4676a0c"
		    "334427a988fe65",
		[REC_SET_IK] =
		    "205533e505661b61d05cc0eac87818f4",
		[REC_SET_AK] =
		    "d7b3d2d4980a",
		[REC_SET_AKSTAR] =
		    "ca9655264986",
	} },
	{ "tuak", "35.233-6", 2, {
		[REC_SET_K] =
		    "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69"
		    "c29f15770e5aa5",
		[REC_SET_OP] =
		    "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d"
		    "34da35ee88c95e",
		[REC_SET_OPC] =
		    "b04a66f26c62fcd6c82de22a179ab65506ecf47f56245cd149"
		    "966cfa9cec7a51",
		[REC_SET_RAND] =
		    "c570aac68cde651fb1e3088322498bef",
		[REC_SET_SQN] =
		    "c89bb71f3a41",
		[REC_SET_AMF] =
		    "297d",
		[REC_SET_MAC_A] =
		    "90d2289ed1ca1c3dbc2247bb480d431ac71d2e4a7677f6e997"
		    "cfddb0cbad88b7",
		[REC_SET_MAC_S] =
		    "427355dbac30e825063aba61b556e87583abac638e3ab01c4c"
		    "884ad9d458dc2f",
		[REC_SET_RES] =
		    "d67e6e64590d22eecba7324afa4af4460c93f01b24506d6e12"
		    "047d789a94c867",
		[REC_SET_CK] =
		    "ede57edfc57cdffe1aae75066a1b7479bbc3837438e88d37a8"
		    "01cccc9f972b89",
		[REC_SET_IK] =
		    "48ed9299126e5057402fe01f9201cf25249f9c5c0ed2afcf08"
		    "4755daff1d3999",
		[REC_SET_AK] =
		    "6aae8d18c448",
		[REC_SET_AKSTAR] =
		    "8c5f33b61f4e",
	} },
	{ "xor", "1", 1, {
		[REC_SET_K] =
		    "000102030405060708090a0b0c0d0e0f",
		[REC_SET_RAND] =
		    "23553cbe9637a89d218ae64dae47bf35",
		[REC_SET_SQN] =
		    "000000000020",
		[REC_SET_AMF] =
		    "8000",
		[REC_SET_MAC_A] =
		    "23543ebd92122e9a",
		[REC_SET_RES] =
		    "23543ebd9232ae9a2983ec46a24ab13a",
		[REC_SET_CK] =
		    "543ebd9232ae9a2983ec46a24ab13a23",
		[REC_SET_IK] =
		    "3ebd9232ae9a2983ec46a24ab13a2354",
		[REC_SET_AK] =
		    "bd9232ae9a29",
		[REC_SET_AUTN] =
		    "bd9232ae9a09800023543ebd92122e9a",
		[REC_SET_AUTS] =
		    "bd9232ae9a0923543ebd9212ae9a",
	} },
	{ "xor", "2", 1, {
		[REC_SET_K] =
		    "00112233445566778899aabbccddeeff",
		[REC_SET_RAND] =
		    "ffeeddccbbaa99887766554433221100",
		[REC_SET_SQN] =
		    "ff9bb4d0b607",
		[REC_SET_AMF] =
		    "ffff",
		[REC_SET_MAC_A] =
		    "00644b2f49f80000",
		[REC_SET_RES] =
		    "ffffffffffffffffffffffffffffffff",
		[REC_SET_CK] =
		    "ffffffffffffffffffffffffffffffff",
		[REC_SET_IK] =
		    "ffffffffffffffffffffffffffffffff",
		[REC_SET_AK] =
		    "ffffffffffff",
		[REC_SET_AUTN] =
		    "00644b2f49f8ffff00644b2f49f80000",
		[REC_SET_AUTS] =
		    "00644b2f49f800644b2f49f8ffff",
	} },
	{ "digest", "v1-md5-noqop", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_RESPONSE] =
		    "486f3ee163ac4a424493c7ee626d3794",
		[REC_SET_RSPAUTH] =
		    "98e9a3181ded2ead317d34a433a3a166",
	} },
	{ "digest", "v1-md5-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "cbefdcc54c81aa658d67da2fba29638c",
		[REC_SET_RSPAUTH] =
		    "5abd9db7ea133e69c22e31fd1dd29f65",
	} },
	{ "digest", "v1-md5-authint-emptybody", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth-int",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "17755ff7bbf167d364a531859619f40c",
		[REC_SET_RSPAUTH] =
		    "c5ed69d93e31497607423f38c310ecb2",
		[REC_SET_BODY] =
		    "",
	} },
	{ "digest", "v1-md5-authint-body", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth-int",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "2c0e697eb2b33cb2d8bdd33f13084101",
		[REC_SET_RSPAUTH] =
		    "ccdd5e5cb43930e326322268dfc8da42",
		[REC_SET_BODY] =
		    "68656c6c6f0d0a",
	} },
	{ "digest", "v1-md5-sess-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5-sess",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "2dba3fb51804a956d466ce262229cea8",
		[REC_SET_RSPAUTH] =
		    "fdfd44681387d0437fc17222f470a0c9",
	} },
	{ "digest", "v2-md5-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv2-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "8bcf53b701e7803582f4167efb760cd0",
		[REC_SET_RSPAUTH] =
		    "43cc8c48ae106eff4467e457c212994d",
	} },
	{ "digest", "v2-md5-noqop", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv2-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_RESPONSE] =
		    "8975deb6a8bfc100292443870426e9f8",
		[REC_SET_RSPAUTH] =
		    "e3d0228aaa41be30ec011ff45393a94a",
	} },
	{ "digest", "v1-sha256-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-SHA-256",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "60f1345863bdd91fe0a9a00a2849677e40c94e6481288ffb8b"
		    "7944046dc57d2d",
		[REC_SET_RSPAUTH] =
		    "2c0645e9c8623ac32875eea2badea64cb52018124e2cb15a4b"
		    "c160d8fbc9250d",
	} },
	{ "digest", "v2-sha256-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv2-SHA-256",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "7743037b1193cc9a360b4b31c0f324292b1799083a8c2d115e"
		    "8fdff7883bec6b",
		[REC_SET_RSPAUTH] =
		    "7dbf35ba6c778d8a27f09129c0cd8cf1fe13b46bb912858bc3"
		    "993c2a6399258f",
	} },
	{ "digest", "v2-sha512-256-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv2-SHA-512-256",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "aeb601a95809ebb516e69f9da71e4c13dbb7d2247a20ea2f7b"
		    "af6b25e531f498",
		[REC_SET_RSPAUTH] =
		    "dbeb3323f29fa04dad57249088c0b726dd748717e4c23ff283"
		    "571e7dfedf5606",
	} },
	{ "digest", "v1-md5-auts-auth", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "3414b268edd18acb8f4a8901537ea4df",
		[REC_SET_RSPAUTH] =
		    "00da721024092d3f51f29675bebe26df",
		[REC_SET_DIGEST_AUTS] =
		    "uoU/PBI8z0TpNZbjVcY=",
	} },
	{ "digest", "v1-md5-auts-noqop", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=",
		[REC_SET_RESPONSE] =
		    "180933893eb8c4519e87ae2c9d5a1955",
		[REC_SET_RSPAUTH] =
		    "060927b774bdecb1ea76e0480e0e398c",
		[REC_SET_DIGEST_AUTS] =
		    "uoU/PBI8z0TpNZbjVcY=",
	} },
	{ "digest", "v1-md5-auth-serverdata", 1, {
		[REC_SET_RES] =
		    "a54211d5e3ba50bf",
		[REC_SET_CK] =
		    "b40ba9a3c58b2a05bbf0d987b21bf8cb",
		[REC_SET_IK] =
		    "f769bcd751044604127672711c6d3441",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7NzcnYx",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "0f08451393a0be2e03cdeb7a0e25c2b5",
		[REC_SET_RSPAUTH] =
		    "b6f776f75a5fd9f61d8e9c5ef4bb12cb",
	} },
	{ "digest", "v1-md5-auth-res-with-nul", 1, {
		[REC_SET_RES] =
		    "8b85005fa8fb7d5a",
		[REC_SET_CK] =
		    "6a59d45054e331561ba6d1c1ed05d1bc",
		[REC_SET_IK] =
		    "d7f54b672ffa53b89899dea106264a7c",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "AAAAAAAAAAAAAAAAAAAAFHNtTBwMmIAAAUyvHoOT+wc=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "e1f14d98821613a3181a997d564504c0",
		[REC_SET_RSPAUTH] =
		    "9060fc0b2f50a2f2c30d384475a6c0e8",
	} },
	{ "digest", "osmo-ttcn3-av", 1, {
		[REC_SET_RES] =
		    "6f2556bbe4366ab1",
		[REC_SET_CK] =
		    "0b389d08c833991734936bec55cac800",
		[REC_SET_IK] =
		    "17141862125bd30c81c4224391a0909a",
		[REC_SET_SCHEME] =
		    "AKAv1-MD5",
		[REC_SET_USERNAME] =
		    "001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_REALM] =
		    "ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_URI] =
		    "sip:ims.mnc001.mcc001.3gppnetwork.org",
		[REC_SET_METHOD] =
		    "REGISTER",
		[REC_SET_NONCE] =
		    "1dXeK85BjXhl7X+mlWYYotQuYdtfFYAAZzk6W3aRoic=",
		[REC_SET_QOP] =
		    "auth",
		[REC_SET_NC] =
		    "00000001",
		[REC_SET_CNONCE] =
		    "0a4f113b",
		[REC_SET_RESPONSE] =
		    "c278784483adb333ae80f5322555ebca",
		[REC_SET_RSPAUTH] =
		    "abf3da4a376122d16a192dffc248e87e",
	} },
};

const size_t aka_sets_n = sizeof(aka_sets) / sizeof(aka_sets[0]);
